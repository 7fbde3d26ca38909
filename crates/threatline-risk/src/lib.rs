//! From threats to attack paths, scores, choke points and posture.
