import jwt from 'jsonwebtoken';

/** Lets only signed-in customers pass. */
export function requireCustomer(req, res, next) {
  const token = (req.get('authorization') || '').replace(/^Bearer /, '');
  try {
    req.customer = jwt.verify(token, process.env.JWT_PUBLIC_KEY, { algorithms: ['RS256'] });
  } catch {
    return res.status(401).json({ error: 'sign in first' });
  }
  next();
}
