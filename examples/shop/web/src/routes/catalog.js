import { Router } from 'express';
import axios from 'axios';

const catalog = axios.create({ baseURL: process.env.CATALOG_URL });

export const catalogRouter = Router();

catalogRouter.get('/products', async (req, res) => {
  const answer = await catalog.get('/products');
  res.json(answer.data);
});
