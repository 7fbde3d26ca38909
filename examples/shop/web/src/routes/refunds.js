import { Router } from 'express';
import { orders } from '../clients/orders.js';

export const refundsRouter = Router();

refundsRouter.post('/:orderId', async (req, res) => {
  const answer = await orders.post(`/refunds/${req.params.orderId}`, { reason: req.body.reason, email: req.body.email }, { headers: { authorization: req.get('authorization') } });
  res.json(answer.data);
});
