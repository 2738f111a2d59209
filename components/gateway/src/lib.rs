//! The door: speaks HTTP to clients and runs the pipeline.
