import { Router } from 'express';
import axios from 'axios';

const assistant = axios.create({ baseURL: process.env.ASSISTANT_URL });

export const chatRouter = Router();

chatRouter.post('/', async (req, res) => {
  const answer = await assistant.post('/chat', { email: req.customer.email, message: req.body.message });
  res.json(answer.data);
});
