//! The hub of embeddings and reranking: texts in, vectors or scores out.
