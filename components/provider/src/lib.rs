//! How does this vendor say it?.
