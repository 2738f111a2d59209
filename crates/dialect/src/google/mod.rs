//! Google: the Gemini API (<https://ai.google.dev/api/generate-content>) and Vertex AI.
