"""gating: what runs, runs by policy or by approval, judged by what really ran."""
