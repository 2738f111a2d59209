;; Of wasi:keyvalue/atomics@0.2.0-draft2: what the twin imports.
(component (type (instance
  (export "cas" (type $cas (sub resource)))
  (type $cases (variant (case "no-such-store") (case "access-denied") (case "other" string)))
  (export "error" (type $error (eq $cases)))
  (export "[method]cas.current" (func
    (param "self" (borrow $cas))
    (result (result (option (list u8)) (error $error))))))))
