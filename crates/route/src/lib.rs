//! Which deployments serve a request, in which order.
