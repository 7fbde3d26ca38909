import { Router } from 'express';
import { orders } from '../clients/orders.js';

const forward = (req) => ({ headers: { authorization: req.get('authorization') } });

export const ordersRouter = Router();

ordersRouter.get('/', async (req, res) => {
  const answer = await orders.get('/orders', forward(req));
  res.json(answer.data);
});

ordersRouter.post('/', async (req, res) => {
  const answer = await orders.post('/orders', req.body, forward(req));
  res.status(201).json(answer.data);
});
