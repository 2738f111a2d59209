#![cfg_attr(fuzzing, no_main)]

postern_fuzz::target!(guardrail::guardrail_request);
