"""Appeals: who wants a person, and what is told in passing, bitterly or by several people."""

# fmt: off

MACROS = {
    "someone": "somebody|someone|anybody|anyone|you|please",
    "robot": "bot|robot|machine|computer|ai|chatbot|autoresponder|script",
}

WORDS: dict[str, tuple[str, ...]] = {
    "human": (
        "is|are there ~1 {someone} ~1 real|alive|human|there|awake|home|responsible|at_all",
        "{someone} real|alive|human|awake|home",
        "not ~4 talk|talking|speak|speaking|chat|chatting|discuss|write|writing ~2 {robot}",
        "who|whom ~1 can|do|should|could|may ~1 i|we ~1 call|phone|ring",
        "urgent*|asap|emergency ~2 call|phone|ring me|us", "call|phone|ring me|us ~2 urgent*|asap|44|1|49|number",
        "{someone} ~1 escalate", "raise|push|take this|it up|higher|further ~1", "second|2nd|next level support|line|engineer",
        "ist|gibt da|es ~1 jemand|wer|ein ~1 echt*|richtig*|da|mensch*", "nicht ~3 mit ~1 {robot}|automaten|maschine ~2",
        "wen ~1 kann|soll ~1 ich|man ~1 anrufen", "hay alguien ~1 real|ahí|humano|de_verdad",
        "a quién ~1 llamo|llamar", "no ~3 hablar|escribir ~2 {robot}|máquina",
    ),
    "outage": (
        "green|operational|fine ~3 but|yet|although|though ~3 nothing|nobody|noone|dead|down|fails|not_work*|not_load*",
    ),
    "cannot get in": (
        "codes|code|2fa|two_factor|otp|sms|passkey|passkeys|sso ~3 not ~1 accepted|work*|arriv*|valid|sent|recogni* "
        "~3 anyone|anybody|everyone|everybody|all|any|none|us",
    ),
    "security": (
        "see|sees|read|reads|open|opens ~2 everyone_is|everybody_is|everyones|everybodys ~1 salary|salaries|payslip|payslips|"
        "files|mails|emails|messages|address|addresses|data|invoices|orders|notes|chats",
        "email|emails|mail|mails|file|files|list|lists|message|messages with|containing|of ~1 "
        "passwords|credentials|keys|tokens|salaries ~4 sent|went|posted|published|forwarded|shared|goes|landed",
    ),
    "data loss": (
        "wrong|incorrect|false|another ~1 dose|doses|dosage|medication|medicine|diagnosis|blood|allergy|allergies|treatment",
    ),
    "many people": (
        "team|colleagues|people|staff|everyone|everybody|office|department ~6 instead of work|working",
        "yes|yep|yeah|yup|same|also|and ~2 whole|entire|all ~1 floor|team|office|department|company|building|crew",
    ),
    "business impact": (
        "blocks|blocking|blocked|delays|delaying|holds|holding ~1 our|my|the ~1 release|go_live|launch|rollout|deployment|"
        "migration|delivery|opening|closing|production",
    ),
    "not a signal": ("feature or bug", "bug or ~1 feature",),
}
