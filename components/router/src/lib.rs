//! Which deployment, and what if it fails?.
