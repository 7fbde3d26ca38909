import axios from 'axios';

/** The orders service. */
export const orders = axios.create({ baseURL: process.env.ORDERS_URL });
