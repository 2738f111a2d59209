//! Behaviour of the whole gateway, as its clients see it.
