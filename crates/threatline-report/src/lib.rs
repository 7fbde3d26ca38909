//! An assessment as bytes, one output format per file; owns the JSON schema.
