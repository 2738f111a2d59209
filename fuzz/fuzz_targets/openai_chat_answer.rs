#![cfg_attr(fuzzing, no_main)]

postern_fuzz::target!(openai_chat_answer);
