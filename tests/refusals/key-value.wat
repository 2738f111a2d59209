;; Of spin:key-value/key-value@3.0.0: what the twin imports.
(component (type (instance
  (export "store" (type $store (sub resource)))
  (type $cases (variant
    (case "store-table-full") (case "no-such-store") (case "access-denied") (case "other" string)))
  (export "error" (type $error (eq $cases)))
  (export "[static]store.open" (func async
    (param "label" string)
    (result (result (own $store) (error $error))))))))
