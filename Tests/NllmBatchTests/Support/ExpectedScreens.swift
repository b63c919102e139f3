/// The screens that ``ScreenTests`` expects.
extension ScreenTests {
    /// The live table, below what was reported when models were held and paused.
    static let table = """
        gemini-2.5-flash-preview-05-20: the provider asked to wait: Error code: 429 - Ra
        te limit reached for gemini-2.5-flash-preview-05-20 in organization org-loopback
         on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 6m
        40s. Visit https://platform.openai.com/account/rate-limits to learn more.; next
        at 00:00:00 (in TIME)
        o4-mini-deep-research: paused after repeated auth failures: Error code: 401 - In
        correct API key provided: ***REDACTED***. You can find your API key at https://p
        latform.openai.com/account/api-keys.; no more of its cells are started
        2026-11-28_02-15-01           ━━━━━━━───  41/54  75%  7 failed  ≥ $0.0504
          meta-llama/Llama-3.3-70B-…  ━━━━━━━━━━    9/9  ✗      4 failed  p50 0.0 s
          o4-mini-deep-research       ━━━━━━━━──    8/9  blocked: auth    p50 0.0 s
          gpt-4o-mini                 ━━━━━━━━━━    9/9  ✓                p50 0.0 s
          anthropic/claude-opus-4-5…  ━━━━━─────    5/9  4 now            p50 0.0 s
          gemini-2.5-flash-preview-…  ━━━━━─────    5/9  waits: rate limit, 0 min 00 s
          mistralai/mixtral-8x22b-i…  ━━━━━─────    5/9  4 now            p50 0.0 s
        """

    /// `status` while the run goes on.
    static let status = """
        2026-11-28_02-15-01: running, 34 ok, 7 error, 8 running, 5 pending
          enqueued TIME, started TIME
        model                       done  failed  running    p50  tokens in/out     cost
        gpt-4o-mini                  9/9       0           0.0 s          18/27  $0.0189
        anthropic/claude-opus-4-5…   5/9       0        4  0.0 s          10/15  $0.0105
        gemini-2.5-flash-preview-…   5/9       0           0.0 s          10/15  $0.0105
        meta-llama/Llama-3.3-70B-…   9/9       4           0.0 s          10/15
        o4-mini-deep-research        8/9       3           0.0 s          10/15  $0.0105
        mistralai/mixtral-8x22b-i…   5/9       0        4  0.0 s          10/15
        gemini-2.5-flash-preview-05-20: the provider asked to wait: Error code: 429 -
            Rate limit reached for gemini-2.5-flash-p…; next at 00:00:00 (in TIME)
        o4-mini-deep-research: paused after repeated auth failures: Error code: 401 -
            Incorrect API key provided: ***REDACTED***. You can find your API key at ht…
        4 × request on meta-llama/Llama-3.3-70B-Instruct-Turbo: Error code: 400 - This
            model's maximum context length is 128000 tokens. However, your messages res…
        3 × auth on o4-mini-deep-research: Error code: 401 - Incorrect API key
            provided: ***REDACTED***. You can find your API key at https://platform.ope…
        see failures with: nllm-batch show 2026-11-28_02-15-01 --failed; run them again
            with: nllm-batch retry 2026-11-28_02-15-01
        rate: RATE
        cost: ≥ $0.0504; no price for 2 of 6 models (estimated)
        folder: /tmp/evals-000000000000/2026-11-28_02-15-01
        $
        """

    /// `list`.
    static let list = """
        run                  state     cells  ok  failed  left       cost  enqueued
        2026-11-28_02-15-01  running      54  34       7    13  ≥ $0.0504  AGO
        smoke                finished      1   1       0     0  $0.002100  AGO
        $
        """

    /// The end of `show` with cells that wait, have failed and are in flight.
    static let show = """
        [gemini-2.5-flash-preview-05-20 q6] pending
          not before 0000-00-00T00:00:00.000Z
          attempt 1: error, exit code 1, 0.0 s
            rate_limited: Error code: 429 - Rate limit reached for
            gemini-2.5-flash-preview-05-20 in organization org-loopback on requests per
            min (RPM): Limit 3, Used 3, Requested 1. Please try again in 6m40s. Visit
            https://platform.openai.com/account/rate-limits to learn more.
          run it by hand:
            printf %s 'prompt 6' | llm -m gemini-2.5-flash-preview-05-20 -n -u
        [meta-llama/Llama-3.3-70B-Instruct-Turbo q6] error
          attempt 1: error, exit code 1, 0.0 s
            request: Error code: 400 - This model's maximum context length is 128000
            tokens. However, your messages resulted in 131072 tokens. Please reduce the
            length of the messages.
          run it by hand:
            printf %s 'prompt 6' | llm -m meta-llama/Llama-3.3-70B-Instruct-Turbo -n -u
        [o4-mini-deep-research q6] error
          attempt 1: error, exit code 1, 0.0 s
            auth: Error code: 401 - Incorrect API key provided: ***REDACTED***. You can
            find your API key at https://platform.openai.com/account/api-keys.
          run it by hand:
            printf %s 'prompt 6' | llm -m o4-mini-deep-research -n -u
        [mistralai/mixtral-8x22b-instruct-v0.1 q6] running
        $
        """

    /// The summary of a worker that leaves cells undone.
    static let summary = """
        ╭─ Summary ───────────────────────────────────────────────────────────────────╮
        │ 2026-11-28_02-15-01: 42 ok, 7 error, 5 pending in TIME                      │
        │   model                     ok  failed  left    p50  tokens in/out     cost │
        │   gpt-4o-mini                9       0     0  0.0 s          18/27  $0.0189 │
        │   anthropic/claude-opus-4…   9       0     0  0.0 s          18/27  $0.0189 │
        │   gemini-2.5-flash-previe…   5       0     4  0.0 s          10/15  $0.0105 │
        │   meta-llama/Llama-3.3-70…   5       4     0  0.0 s          10/15          │
        │   o4-mini-deep-research      5       3     1  0.0 s          10/15  $0.0105 │
        │   mistralai/mixtral-8x22b…   9       0     0  0.0 s          18/27          │
        │   gemini-2.5-flash-preview-05-20: 4 cells left, the provider asked to       │
        │     wait: Error code: 429 - Rate limit reached fo…; next at 00:00:00 (in 0  │
        │     min 00 s); later: nllm-batch work 2026-11-28_02-15-01                   │
        │   o4-mini-deep-research: 1 cell left, paused after repeated auth failures:  │
        │     Error code: 401 - Incorrect API key pro…; fix that, then:               │
        │     nllm-batch work 2026-11-28_02-15-01                                     │
        │   4 × request on meta-llama/Llama-3.3-70B-Instruct-Turbo: Error code: 400   │
        │     - This model's maximum context length is 128000 tokens. However, your … │
        │   3 × auth on o4-mini-deep-research: Error code: 401 - Incorrect API key    │
        │     provided: ***REDACTED***. You can find your API key at https://platfor… │
        │   see them with: nllm-batch show 2026-11-28_02-15-01 --failed               │
        │   artifacts: /tmp/evals-000000000000/2026-11-28_02-15-01                    │
        ╰─────────────────────────────────────────────────────────────────────────────╯
        $
        """
}
