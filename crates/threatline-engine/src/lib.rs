//! Remembers: salsa inputs and queries, the memo store, the session.
