;; Of wasi:sockets/types@0.3.0: what the twin imports.
(component (type (instance
  (export "tcp-socket" (type $socket (sub resource)))
  (export "[method]tcp-socket.get-is-listening" (func
    (param "self" (borrow $socket))
    (result bool))))))
