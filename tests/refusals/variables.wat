;; Of spin:variables/variables@3.0.0: what the twin imports.
(component (type (instance
  (type $cases (variant
    (case "invalid-name" string) (case "undefined" string) (case "provider" string) (case "other" string)))
  (export "error" (type $error (eq $cases)))
  (export "get" (func async
    (param "name" string)
    (result (result string (error $error))))))))
