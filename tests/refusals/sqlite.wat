;; Of spin:sqlite/sqlite@3.1.0: what the twin imports.
(component (type (instance
  (export "connection" (type $connection (sub resource)))
  (type $cases (variant
    (case "no-such-database") (case "access-denied") (case "invalid-connection") (case "database-full")
    (case "io" string)))
  (export "error" (type $error (eq $cases)))
  (export "[static]connection.open" (func
    (param "database" string)
    (result (result (own $connection) (error $error))))))))
