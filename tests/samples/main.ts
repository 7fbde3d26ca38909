import express, { type Request, Router } from "express";
import axios from "axios";

interface Order { id: number; card?: string }
enum State { Open = "open", Done = "done" }
const base: string = process.env.ORDERS_URL ?? "http://orders:8080";

export abstract class Orders<T extends Order> {
  constructor(private readonly url: string = base) {}
  async all(state: State): Promise<T[]> {
    const { data } = await axios.get<T[]>(`${this.url}/orders?state=${state}`, { headers: { Authorization: `Bearer ${token()}` } });
    return data as T[];
  }
}

export const router: Router = Router();
router.get("/orders/:id(\\d+)", auth({ required: true }), async (request: Request, response) => {
  response.json(await new Orders<Order>().all(State.Open)!);
});
const app = express();
app.use("/api", router);
app.listen(Number(process.env.PORT) || 3000);
