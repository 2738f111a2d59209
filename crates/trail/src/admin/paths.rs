//! Where administrators ask.

/// Paths below `/admin/v1/`, with the methods that they answer.
pub const ENDPOINTS: [(&str, &str); 8] = [
    ("usage", "GET"),
    ("requests", "GET"),
    ("requests/{id}", "GET"),
    ("costs", "GET"),
    ("anomalies", "GET"),
    ("anomalies/evaluate", "POST"),
    ("audit", "GET"),
    ("erasures", "POST"),
];
