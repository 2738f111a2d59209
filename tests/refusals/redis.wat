;; Of spin:redis/redis@3.0.0: what the twin imports.
(component (type (instance
  (export "connection" (type $connection (sub resource)))
  (type $cases (variant
    (case "invalid-address") (case "too-many-connections") (case "type-error") (case "other" string)))
  (export "error" (type $error (eq $cases)))
  (export "[static]connection.open" (func async
    (param "address" string)
    (result (result (own $connection) (error $error))))))))
