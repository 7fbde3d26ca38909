import express from 'express';
import { requireCustomer } from './auth.js';
import { orders } from './clients/orders.js';
import { ordersRouter } from './routes/orders.js';
import { catalogRouter } from './routes/catalog.js';
import { chatRouter } from './routes/chat.js';
import { refundsRouter } from './routes/refunds.js';

const app = express();
app.use(express.json({ limit: '64kb' }));
app.use(express.static('public'));

app.get('/healthz', (req, res) => res.json({ ok: true }));
app.use('/api/catalog', catalogRouter);
app.use('/api/orders', requireCustomer, ordersRouter);
app.use('/api/refunds', requireCustomer, refundsRouter);
app.use('/api/chat', requireCustomer, chatRouter);

app.delete('/api/admin/orders/:id', async (req, res) => {
  await orders.delete(`/orders/${req.params.id}`);
  res.status(204).end();
});

app.listen(3000);
