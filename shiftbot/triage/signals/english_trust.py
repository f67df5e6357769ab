"""English signals about security and money, in the notation of `shiftbot.triage.pattern`."""

# fmt: off

WORDS: dict[str, tuple[str, ...]] = {
    "security": (
        "hacked|hack|hacker*|hacking|hijack*|ransom*|malware|trojan|pwned|defaced|spyware|keylogger|"
        "cryptominer|backdoor*",
        "breach*|data_breach|intrusion|intruder*|infiltrat*", "leak|leaks|leaked|leaking|leakage|leaky",
        "compromised|exfiltrat*",
        "xss|sql_injection|sqli|csrf|ssrf|rce|remote_code_execution|idor|zero_day|0day|"
        "privilege_escalation|cve",
        "vulnerabilit*|exploit|exploited|exploits|exploitable|security_hole|security_flaw|security_bug|"
        "security_issue|security_problem|security_incident|security_gap|auth_bypass|security_breach|"
        "loophole",
        "unauthori?ed|unauthorized|unauthorised access*|login*|transaction*|charge*|user*|person*|people|"
        "change*|transfer*|purchase*|entry",
        "see|sees|seeing|saw|view|views|viewing|access|accessing|shows|showing|shown|showed|show|read|open|"
        "got|get|getting|given|receive*|receiving|into|display* ~6 {other} ~3 customer*|user*|person|"
        "people|peoples|account*|data|order*|profile*|invoice*|company|companies|patient*|student*|name|"
        "names|address*|email*|message*|client*|tenant*|member*|document*|files|file|details|info*|inbox|"
        "cart|card*|record*",
        "someone|somebody|stranger|strangers|anyone|anybody|everyone|outsiders|others|public|competitor* "
        "~3 see|sees|read|access*|download*|view*|open|get_into|log_into|delete ~4 my|our|all|any|private|"
        "other|data|files|customer*|internal|invoice*|without|everything|the",
        "logged|logs|log|signed ~4 as|into {other} ~3 account*|user*|person|profile|customer*|else",
        "logged_in as|into ~1 {other}|someone",
        "{other} customer*|user*|person*|people|peoples ~2 data|orders|details|account*|invoice*|info*|"
        "address*|files|photos|emails|names|messages|documents",
        "password*|credentials|secret*|token|tokens|api_key|api_keys|keys|card_numbers|private_key|"
        "customer_data|personal_data|medical_records|ssn ~5 plain_text|plaintext|clear_text|cleartext|"
        "visible|exposed|leak*|public*|stolen|github|readable|open|google|dumped|unencrypted|url",
        "exposed|expos*|publicly|public|visible ~5 data|password*|credentials|secret*|token*|key|keys|"
        "bucket|database|customer*|endpoint*|personal|internal",
        "publicly|open|exposed accessible|visible|available|readable|downloadable|to_the_internet|"
        "to_everyone",
        "without ~2 password|login|logging_in|authentication|auth|authorization|permission*|authorisation "
        "~3 access*|see|open|download|read|view",
        "access*|see|open*|download*|read|view|get_in|log_in|logged_in|enter|data|documents|invoices ~6 "
        "without ~3 password|login|log_in|logging|authentic*|auth|authoriz*|permission*|account|2fa|mfa",
        "stole|stolen|stealing|steals|theft|identity_theft",
        "account* ~4 taken_over|stolen|takeover|broken_into|compromised",
        "broke|broken|breaking|got into ~2 account*|system*|server*|database",
        "privacy|gdpr violation|breach|incident",
        "someone|somebody|stranger|attacker* ~4 sending|deleting|posting|writing|ordering|exporting|using|inside ~4 my|our|"
        "account*|channel*",
        "see|sees|read|reads|seeing|reading|access|open ~1 each_others|one_anothers",
        "password*|credentials|2fa|owner|recovery ~2 changed|removed|replaced|reset ~4 not|without|someone|hacker*|some",
        "tenant*|account*|company|companies|customer*|profile* ~2 mixed_up|swapped|interchanged|confused",
        "land|lands|landed|end|ends|ended ~1 in|inside|into ~3 company|account|workspace|tenant ~2 of",
        "someone|somebody|stranger|hacker* ~4 changed|logged|used|using|transferred|reset|accessed|took ~3 "
        "my|our|account*|password*|card*",
        "password ~3 changed ~3 not|without|someone",
        "anyone|everyone ~1 with_the? ~1 link|url ~3 see|access|open|read",
        "not me|by_me ~1 logged|login|who",
        "did_not|never ~3 authorize*|authorise*|initiate|request ~3 login|transfer|withdrawal|password|"
        "change|transaction|charge",
        "permission* ~3 bypass*|ignored|not_enforced|not_checked",
        "bypass* ~4 login|auth*|password|permission*|2fa|security|paywall",
        "read|see|access|view|open|edit|delete|download|list|fetch ~1 any|every|all|other|everyones ~1 "
        "user*|customer*|account*|tenant*|client*|member* ~2 message*|data|file*|document*|account*|order*|"
        "invoice*|profile*|info*|email*|records",
        "changing|editing|guessing|incrementing|modifying ~3 id|ids|url|parameter|number",
        "expos*|disclos*|reveal*|publish*|shared|sent|forwarded ~2 my|our|customer|user|personal|private|"
        "confidential|sensitive ~2 email|emails|address|addresses|data|phone|info|information|details|"
        "documents|contracts|invoice*|to",
        "orders|data|details|account|profile|invoice*|messages|documents|files|name|names|tickets ~2 of|"
        "from|belong* ~2 someone|somebody|another|other|others|different|strangers|people|customers|else",
        "other|another|different|foreign|wrong tenant*|tenants|workspace|workspaces|organisation|"
        "organization|company|companies ~3 data|tickets|files|visible|show*|documents|orders",
        "token*|password*|key|keys|secret* ~2 in ~1 log|logs|url|response|email|html|source",
        "admin ~3 without|open|public|anyone|exposed",
        "personal|private|confidential|sensitive ~1 data|information|info|documents|records|details ~3 "
        "sent|visible|shown|exposed|leak*|public|accessible|shared|disclosed|everyone",
        "cc|instead_of_bcc|not_bcc ~2 everyone|all|bcc|recipients",
        "privacy|gdpr issue|problem|violation|breach|incident|nightmare", "under attack",
        "using|used my|our account|card|password ~2 to|for|without", "public|open s3|bucket|buckets",
        "posted|dumped|published|uploaded|found|selling|sold|listed ~3 {data}|emails|passwords|credentials|"
        "customer ~3 on|online|darknet|dark_web|pastebin|internet|forum",
        "api_key|api_keys|password*|token|tokens|secret*|credential*|key ~5 in|on ~2 public|docs|github|"
        "internet|logs|page|source",
        "account|profile|data|dashboard|orders|inbox of a? ~1 stranger|someone|somebody|other|another|"
        "different|else",
        "without ~2 permission|consent|authorization|authorisation|asking",
        "see|seeing|saw|got|have|receive*|view ~3 of company|client|customer|tenant|user",
        "{data}|links|emails|mails|messages|codes|notifications|letters ~3 to ~1 wrong ~1 user*|people|"
        "person|customer*|recipient*|client*|address*|account*",
        "why|how do|am|can i|we see|seeing|get|have ~3 of ~1 company|another|other|someone",
        "of|from|belonging_to other|another|different|all ~1 user|users|customer|customers|people|client|"
        "clients|companies|tenants|members|patients|students",
    ),
    "security worry": (
        "suspicious|weird|strange|unknown|unrecognized|unrecognised|unusual|foreign|unfamiliar ~1 login*|"
        "log_in*|sign_in*|activity|device*|session*|ip|ips|access*|charge*|transaction*|user*|account*|"
        "email*|link*|file*|process*",
        "phish*|scam|scammer*|scammed|fraud*|spoof*|impersonat*|virus|infected",
        "security concern*|risk*|alert*|warning*|report*|vulnerab*|threat*|advisory",
        "sending|sends|sent|send spam",
        "brute_force*|bots|bot_attack|under_attack|attack|attacked|attacks|attacking|attackers",
        "log_in|login|logged_in|logging_in|sign_in ~4 russia|china|another_country|nigeria|vietnam|abroad|"
        "unknown|somewhere_else|not_me",
        "insecure|unencrypted|not_encrypted|not_secure|unsecured",
        "was_not_me|was_not_us|not_by_me|is_not_me|did_not_do_that|i_never_did|never_requested|"
        "did_not_request",
        "password|email|e_mail|phone|iban|bank ~3 changed",
    ),
    "payment failure": (
        "charg*|bill|bills|billed|billing|debited|debits|paid|pay|deducted|deducts|withdrew|withdrawn|took|"
        "taken|invoiced|pulled|hit|payment*|card|money|account|amount|subscription|customer*|fee ~5 twice|"
        "double|two_times|three_times|3_times|2_times|multiple_times|thrice|2x|3x|x2|x3|four_times|"
        "several_times|many_times|times_in_a_row|doubled|duplicate*|second_time",
        "double|duplicate|duplicated|triple|extra|twice|wrongly|incorrectly|mistakenly|wrong ~1 charg*|"
        "billing|bill|billed|payment*|debit*|invoiced|charged",
        "charg*|billed|debited|deducted|taken|withdraw* ~6 cancel*|never|without|did_not|wrong|too_much|"
        "extra|even_though|unknown|despite",
        "cancel* ~6 charg*|billed|debited", "overcharg*|over_charged|overbilled",
        "charged for ~4 cancel*|not|never", "charged|billed|debited me|us ~4 instead",
        "still|keep|keeps|keep_on ~1 charging|billing|being_charged|getting_charged|charged|billed",
        "{pay} ~4 {fails}|gone|not_accept*|disabled",
        "{cannot} ~2 pay|check_out|checkout|purchase|order|buy|place|complete|subscribe|charge|finish|"
        "submit|accept|take|process|collect|sell ~3 order|orders|payment*|purchase*|checkout|anything|"
        "card*|money|booking|subscription|with|my|customers|for",
        "{cannot} pay|checkout|check_out|purchase|buy|sell",
        "checkout|check_out|payment|payments|billing ~2 problem*|issue*|bug|outage",
        "money ~5 gone|taken|missing|disappear*|vanish*|lost|not_arriv*|stuck|deducted|not_credited|"
        "debited|left",
        "paid|payment* ~8 not|no|never|nothing|still|without|but ~4 receiv*|activat*|got|get|order|"
        "confirm*|unlock*|upgrad*|arriv*|credited|show*|access|locked|pending|register*|reflect*|free",
        "payment|charge|transfer|payout|withdrawal ~3 not ~1 mine|authorized|made|arriv*|receiv*|credited",
        "customers|clients|users|people|shoppers ~2 {cannot} ~1 pay|buy|order|purchase|check*",
        "not ~2 accept*|process*|take|taking ~2 payment*|card*|orders|money|paypal",
        "nobody|noone ~3 buy|pay|order|purchase|checkout|check_out",
        "orders ~3 not_com*|not_go*|stopped|not_process*|not_placed|fail*|not_being|stuck|bounc*",
        "no orders ~3 coming|today|since|in|went_through|processed",
        "payout*|payroll|salaries|wages|transfers ~4 not|missing|never|{fails}|late|delayed",
        "all|every ~2 payment*|order*|transaction*|card* ~2 {fails}",
        "order|orders|payment|payments|checkout|sales ~2 has|have|is|are? stopped|halted|stalled|frozen|"
        "dead|stuck|down",
        "identical|duplicate|two|three|multiple|same|second ~1 payments|charges|transactions|debits|charge|"
        "payment|withdrawals|invoices ~6 same|identical|instead|for|to",
        "refus*|reject*|declin*|block* ~2 all|every|any|our|my|customer ~1 payment*|card*|order*|"
        "transaction*",
        "charged|billed|debited|invoiced ~4 instead", "charg*|billed ~3 after ~3 cancel*|trial|refund",
        "renewed ~4 without|although|even|despite|cancel*",
        "terminal|pos|register|till|card_reader ~4 {fails}|refuses|offline|not",
        "wrong|higher|different amount ~2 charged|billed|debited|deducted",
        "{pay} ~4 something|went_wrong|goes_wrong",
        "took|taken|deducted|withdrew|withdrawn|charged|debited ~4 without|unauthorized|permission|consent",
        "price*|prices ~4 0|zero|negative|free|0_00",
        "took|taken|steal|stole|stolen ~2 money|dollars|euros|euro|eur|usd",
        "twice|two_times|double|multiple_times ~5 withdrawn|charged|billed|debited|deducted|taken|paid|money",
        "pay|buy|checkout|order|purchase ~1 button ~4 not|nothing|dead|broken|{fails}",
        "{pay} ~3 rejects|refuses|declines|blocks ~2", "reject*|refus*|declin* ~1 everything|everyone|all",
        "charged|debited|billed ~3 no|not|never|without ~3 order|booking|confirmation|receipt|created|"
        "subscription|access|tickets|product",
        "no order|booking|confirmation|receipt ~3 created|arriv*|received|sent|made",
    ),
    "payment trouble": (
        "invoice*|bill|receipt|statement ~4 wrong|incorrect|missing|error*|too_high|not_match*|overdue|"
        "mistake|different|twice|not_arriv*|not_receiv*|never_came|blank",
        "wrong|incorrect|missing|overdue ~1 invoice*|bill|receipt|vat|tax|price|amount|plan|charge",
        "refund* ~5 not|never|still|missing|waiting|pending|where|denied",
        "refund|refunded|chargeback|money_back|reimburse*",
        "card ~3 declined|rejected|refused|not_accept*|not_work*", "wrong amount|price|plan|currency",
        "promo*|coupon|discount|voucher|gift_card ~4 not|{fails}|invalid|rejected",
        "order ~4 not|never ~2 arriv*|receiv*|deliver*|ship*|confirm*",
        "subscription ~4 cancel*|expired|not|wrong|{fails}|inactive|still",
        "charged ~4 wrong|more|too|vat|tax", "payment|charge|billing question|pending",
    ),
}
