#![cfg_attr(fuzzing, no_main)]

postern_fuzz::target!(anthropic_answer);
