"""Tokens that their makers gave a shape: a prefix, an alphabet, a length."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .finding import Finding

#: ``(kind, prefix, what follows it)``. Such a token stands apart from letters and digits.
_TOKENS = (
    ("github-token", "gh", r"[pousr]_[A-Za-z0-9]{36,255}"),
    ("github-token", "github_pat_", r"[A-Za-z0-9]{22}_[A-Za-z0-9]{59,}"),
    (
        "gitlab-token",
        "gl",
        r"(?:pat|rt|dt|ptt|cbt|ft|soat|imt|agent|oas)-[\w-]{20,300}(?:\.[0-9a-z]{2}\.?[0-9a-z]{7})?",
    ),
    ("gitlab-token", "glpat-", r"[\w-]{20,300}\.[0-9a-z]{9}"),
    ("bitbucket-token", "ATBB", r"[A-Za-z0-9]{24,32}"),
    ("bitbucket-token", "BBDC-", r"[\w+/-]{40,60}"),
    ("atlassian-token", "AT", r"(?:ATT|CTT)3xF[\w-]{100,250}(?:=[0-9A-F]{8})?"),
    ("npm-token", "npm_", r"[A-Za-z0-9]{36,64}"),
    ("pypi-token", "pypi-AgE", r"[\w-]{100,1000}"),
    ("rubygems-key", "rubygems_", r"[0-9a-f]{48}"),
    ("jfrog-key", "AKCp", r"[A-Za-z0-9]{60,80}"),
    ("docker-token", "dckr_", r"[po]at_[\w-]{27,60}"),
    ("docker-swarm-token", "SWMTKN-", r"[0-9]-[0-9a-z]{40,60}-[0-9a-z]{20,30}"),
    ("google-api-key", "AIza", r"[\w-]{35}"),
    ("google-oauth", "GOCSPX-", r"[\w-]{28}"),
    ("google-oauth", "ya29.", r"[\w-]{100,1000}"),
    ("digitalocean-token", "do", r"[opr]_v1_[0-9a-f]{64}"),
    ("cloudflare-token", "cf", r"(?:at|ut|k)_[A-Za-z0-9]{40,60}"),
    ("cloudflare-origin-key", "v1.0-", r"[0-9a-f]{24}-[0-9a-f]{146}"),
    ("fly-token", "fo1_", r"[\w-]{43}"),
    ("tailscale-key", "tskey-", r"[a-z]{2,12}-[A-Za-z0-9]{8,32}-[A-Za-z0-9]{20,64}"),
    ("heroku-key", "HRKU-", r"[\w-]{36,60}"),
    ("netlify-token", "nfp_", r"[A-Za-z0-9]{36,40}"),
    ("supabase-token", "sbp_", r"[0-9a-f]{40}"),
    ("planetscale-token", "pscale_", r"(?:tkn|pw|oauth)_[\w-]{32,64}"),
    ("databricks-token", "dapi", r"[0-9a-f]{32}(?:-[0-9])?"),
    ("huggingface-token", "hf_", r"[A-Za-z]{34}"),
    ("groq-key", "gsk_", r"[A-Za-z0-9]{52}"),
    ("xai-key", "xai-", r"[A-Za-z0-9]{80}"),
    ("perplexity-key", "pplx-", r"[A-Za-z0-9]{48}"),
    ("replicate-token", "r8_", r"[A-Za-z0-9]{37}"),
    ("langsmith-key", "lsv2_", r"(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    ("tavily-key", "tvly-", r"(?:dev-|prod-)?[A-Za-z0-9]{32}"),
    ("slack-token", "xox", r"[a-z]-(?:[A-Za-z0-9]{1,20}-){1,4}[A-Za-z0-9]{20,64}"),
    ("slack-token", "xapp-", r"[0-9]-[A-Z0-9]+-[0-9]+-[0-9a-f]{64}"),
    ("sendgrid-key", "SG.", r"[\w-]{22}\.[\w-]{43}"),
    ("brevo-key", "xkeysib-", r"[0-9a-f]{64}-[A-Za-z0-9]{16}"),
    ("stripe-webhook-secret", "whsec_", r"[A-Za-z0-9+/]{24,64}=?"),
    ("square-token", "sq0", r"[a-z]{3}-[\w-]{22,43}"),
    ("shopify-token", "shp", r"(?:at|ca|pa|ss|ua)_[0-9a-fA-F]{32}"),
    ("vault-token", "hv", r"[sbr]\.[\w-]{80,400}"),
    ("grafana-token", "glsa_", r"[A-Za-z0-9]{32}_[0-9a-f]{8}"),
    ("grafana-token", "glc_eyJ", r"[A-Za-z0-9+/_-]{80,500}={0,2}"),
    ("pulumi-token", "pul-", r"[0-9a-f]{40}"),
    ("doppler-token", "dp.", r"(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}"),
    ("newrelic-key", "NRAK-", r"[A-Z0-9]{27}"),
    ("sentry-token", "sntrys_", r"[A-Za-z0-9+/=_-]{120,600}"),
    ("sentry-token", "sntryu_", r"[0-9a-f]{64}"),
    ("dynatrace-token", "dt0", r"[a-z][0-9]{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    ("sonar-token", "sq", r"[apu]_[0-9a-f]{40}"),
    ("linear-key", "lin_", r"(?:api|oauth)_[A-Za-z0-9]{40,64}"),
    ("notion-token", "ntn_", r"[0-9]{11}[A-Za-z0-9]{35}"),
    ("postman-key", "PMAK-", r"[0-9a-f]{24}-[0-9a-f]{34}"),
    ("figma-token", "fig", r"[dour]_[\w-]{40,60}"),
    ("circleci-token", "CCI", r"(?:PAT|PRJ)_[A-Za-z0-9]{20,24}_[0-9a-f]{40}"),
    ("buildkite-token", "bk", r"(?:ua|aj|pi)_[0-9a-f]{40}"),
    ("onepassword-token", "ops_eyJ", r"[A-Za-z0-9+/_-]{100,2000}={0,2}"),
    ("age-key", "AGE-SECRET-KEY-1", r"[A-Z0-9]{58}"),
)

#: As above, for prefixes that could end a word or an id: these stand apart from dashes and underscores too.
_WORDLIKE = (
    ("nuget-key", "oy2", r"[a-z0-9]{43}"),
    ("aws-key-id", "A", r"(?:KIA|SIA)[A-Z2-7]{16}"),
    ("alibaba-key-id", "LTAI", r"[A-Za-z0-9]{12,20}"),
    ("anthropic-key", "sk-ant-", r"[a-z0-9]{3,10}-[\w-]{80,200}"),
    ("openrouter-key", "sk-or-v1-", r"[0-9a-f]{64}"),
    ("model-api-key", "sk-", r"(?:lf-)?(?=[A-Za-z0-9-]{0,40}[0-9])[A-Za-z0-9]{32,64}"),
    ("langfuse-key", "sk-lf-", r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    ("mailgun-key", "key-", r"[0-9a-f]{32}"),
    ("twilio-key", "SK", r"[0-9a-f]{32}"),
    ("airtable-token", "pat", r"[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    ("nats-seed", "S", r"[UAOCNX]A[A-Z2-7]{55}"),
    ("jwt", "eyJ", r"[\w-]{8,4000}\.[\w-]{8,8000}(?:\.[\w-]{8,2000})"),
)

#: ``(kind, literal that must stand in the text, pattern)``; a group ``secret`` narrows the finding.
_OTHERS = (
    ("azure-client-secret", "Q~", r"(?<![\w.~-])[\w.~-]{3}[0-9]Q~[\w.~-]{31,34}(?![\w~-])"),
    ("openai-key", "T3BlbkFJ", r"(?<![\w-])sk-(?:[a-z]{2,10}-)?[\w-]{20,100}T3BlbkFJ[\w-]{20,100}"),
    (
        "slack-webhook",
        "hooks.slack.com",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/\w{1,40}/\w{1,40}/(?P<secret>[\w/]{16,80})",
    ),
    ("discord-token", ".", r"(?<![\w-])[MNO][\w-]{22,28}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])"),
    (
        "discord-webhook",
        "/webhooks/",
        r"discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/[0-9]{15,22}/(?P<secret>[\w-]{40,100})",
    ),
    ("telegram-token", ":AA", r"(?<![A-Za-z0-9])[0-9]{8,10}:AA[\w-]{33}(?![\w-])"),
    ("teams-webhook", "IncomingWebhook/", r"IncomingWebhook/(?P<secret>[0-9a-f]{32}(?:/[0-9a-f-]{36})?)"),
    ("stripe-key", "k_", r"(?<![A-Za-z0-9])[sr]k_(?:live|test)_[A-Za-z0-9]{16,200}(?![A-Za-z0-9])"),
    ("square-token", "EAAA", r"(?<![\w+/=-])EAAA[\w-]{60}(?![\w+/=-])"),
    (
        "braintree-token",
        "access_token$",
        r"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}(?![A-Za-z0-9])",
    ),
    ("terraform-token", ".atlasv1.", r"(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,80}(?![\w-])"),
    ("fcm-key", ":APA91b", r"(?<![A-Za-z0-9])AAAA[\w-]{7}:APA91b[\w-]{100,180}"),
    ("extended-key", "prv", r"(?<![A-Za-z0-9])[xyz]prv[1-9A-HJ-NP-Za-km-z]{100,110}(?![A-Za-z0-9])"),
    ("otp-seed", "otpauth://", r"otpauth://[^\s\"'<>]{1,200}?[?&]secret=(?P<secret>[A-Za-z2-7=]{8,200})"),
    ("password-hash", "$2", r"\$2[abxy]?\$[0-9]{2}\$[./A-Za-z0-9]{53}(?![./A-Za-z0-9])"),
    (
        "password-hash",
        "$argon2",
        r"\$argon2(?:id|i|d)\$v=[0-9]+\$m=[0-9]+,t=[0-9]+,p=[0-9]+\$[A-Za-z0-9+/]{8,90}\$[A-Za-z0-9+/]{16,180}",
    ),
    ("password-hash", "$", r"\$[156y]\$(?:rounds=[0-9]+\$)?[./A-Za-z0-9]{1,22}\$[./A-Za-z0-9]{22,86}(?![./A-Za-z0-9])"),
)


def _apart(prefix: str, rest: str, chars: str) -> re.Pattern[str]:
    """The prefix first and the border looked back for, so that the search can skip from prefix to prefix."""
    return re.compile(rf"{re.escape(prefix)}(?<![{chars}].{{{len(prefix)}}})(?:{rest})(?![{chars}])", re.DOTALL)


_RULES = (
    *((kind, prefix, _apart(prefix, rest, "A-Za-z0-9")) for kind, prefix, rest in _TOKENS),
    *((kind, prefix, _apart(prefix, rest, r"\w-")) for kind, prefix, rest in _WORDLIKE),
    *((kind, literal, re.compile(pattern)) for kind, literal, pattern in _OTHERS),
)

KINDS = frozenset(kind for kind, _, _ in _RULES)


def find(text: str) -> Iterator[Finding]:
    """Every vendor token in the text."""
    for kind, literal, pattern in _RULES:
        if literal in text:
            for match in pattern.finditer(text):
                yield Finding(*match.span("secret" if "secret" in pattern.groupindex else 0), kind)
