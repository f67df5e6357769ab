"""Harm named without its fault: money that runs off, work that cannot go out, doors open to anybody."""

# ruff: noqa: RUF001  (Cyrillic letters are what this table is made of)

# fmt: off

MACROS = {
    "role": (
        "driver|drivers|doctor|doctors|nurse|nurses|teacher|teachers|student|students|agent|agents|cashier|"
        "cashiers|employee|employees|customer|customers|client|clients|user|users|patient|patients|guest|"
        "guests|member|members|visitor|visitors|courier|couriers|technician|technicians|shop|store|branch|"
        "office|site|colleague|colleagues|person|operator|operators|buyer|buyers|seller|sellers|tenant|tenants"
    ),
    "must": (
        "payroll|salaries|wages|payslips|filing|submission|tender|bid|tax_return|vat|audit|exam|exams|"
        "launch|demo|board_meeting|invoices|deadline|closing|shipment|shipments|elections|election|concert|"
        "show|match|event|conference|webinar|release"
    ),
    "ends": (
        "hang|hangs|hung|fail|fails|failed|failing|crash|crashes|crashed|stuck|freezes|froze|frozen|error|"
        "errors|dies|rejected|refuses|not_load*|not_work*|not_open*|not_respond*|not_go|not_start*|"
        "not_submit|not_send|not_upload|broken|down|blocked|spinning|times_out|timed_out|timing_out"
    ),
    "served": (
        "page|pages|request|requests|call|calls|screen|screens|query|queries|link|links|endpoint|endpoints|click|clicks|"
        "save|saves|submit|form|forms|report|reports"
    ),
    "throws": (
        "throw|throws|threw|fail|fails|failed|failing|error|errors|errored|die|dies|died|break|breaks|crash|crashes|crashed|"
        "hangs|times_out|timed_out|dead|broken|blank|white"
    ),
    "branches": (
        "sites|site|locations|location|stores|store|shops|branches|offices|devices|machines|plants|warehouses|schools|"
        "clinics|hotels|restaurants|vehicles|stations|factories|regions|tenants|instances"
    ),
    "rights": (
        "admin|administrator|owner|root|full|write rights|access|permissions|role|privileges ~2 on|to|for|of|in"
    ),
    "store": (
        "book|books|database|db|archive|archives|history|catalogue|catalog|inventory|customers|contacts|"
        "calendar|calendars|mailbox|mailboxes|inbox|inboxes|records|files|folder|folders|documents|projects|"
        "notes|orders|invoices|photos|settings|account|accounts|table|tables|repository|repo|repos|drive|"
        "workspace|board|boards|spreadsheet|ledger|list|lists|data|disk|bucket|library"
    ),
}

WORDS: dict[str, tuple[str, ...]] = {
    "outage": (
        "another|third|second|whole|entire day|morning|hour|afternoon|evening|night|week ~1 without ~5",
        "no|not_one|not_a_single {role} ~1 can|could|is_able|manages|gets|got|has|sees ~3",
        "for days|hours ~1 without ~2 service|system|access|app|phone|internet|connection",
        "none ~1 of ~2 {role} ~2 can|could|is_able|able|gets|get ~3",
        "lost|losing|without|no access ~3 everything|entirely|completely|whole|entire|all|account|system",
        "all|every|each|any|none ~3 email|emails|mail|mails|message|messages|call|calls|sms|notifications|jobs|"
        "build|builds|deploy|deploys|deployments|upload|uploads|import|imports|sync|syncs|webhook|webhooks|"
        "integration|integrations ~2 bounce|bounces|bounced|bouncing|fail|fails|failing|stopped|rejected|dropped|lost",
        "deploys|deployments|releases|builds|merges|pipelines|operations|work ~1 blocked|impossible ~3 "
        "entire|whole|all|everyone|everybody",
        "not ~2 receive|received|get|got|seen|had a_single|one_single|any order|orders|call|calls|booking|bookings|"
        "payment|payments|message|messages|email|emails|lead|leads ~1 since|for|all|today",
        "nobody|noone ~2 get|gets|reach|reaches|use|uses|do|does ~2 anything|us|it|work|in",
        "stopped|stops|quit working|responding|loading|answering|accepting ~3 all|everyone|everybody|everywhere|us",
        "kein|keine|keiner ~3 kann|können|kommt|kommen ~4 mehr|rein|arbeiten|zugreifen",
        "sin acceso|servicio|sistema ~4 todo*|nadie|empresa|equipo|desde|hace",
        "без доступа|связи|системы ~4 все|вся|весь|офис|компан*|с_утра|второй|часа",
    ),
    "core broken": (
        "lose|loses|losing|lost|bleeding|burning|costing|costs ~4 money|sales|orders|revenue|bookings|"
        "business|thousands|millions ~3 minute|hour|second|day|right_now|now|already|fast",
        "losing|bleeding|burning money|sales|orders|revenue|bookings|business|customers|thousands|cash",
        "{must} ~4 due|today|tonight|now|tomorrow|out|minutes|hour|hours|midnight|closes|ends ~6 {ends}",
        "{ends} ~6 due|deadline|closes|ends|starts|begins ~3 today|tonight|now|minutes|hour|hours|midnight|noon",
        "people|patients|guests|customers|passengers|staff|children|students|drivers ~2 sent|turned|going home|away",
        "verlieren|verliere ~3 geld|umsatz|kunden|bestellungen|aufträge", "perdiendo|perdemos "
        "~2 ventas|dinero|clientes|pedidos|plata", "теряем|теряю ~2 деньги|клиент*|заказ*|продаж*|выручк*",
    ),
    "business impact": ("production|factory|assembly|plant|warehouse|line ~2 stands_still|halted|stopped|idle|waits|waiting",),
    "deadline": (
        "due|closes|ends|expires|starts|begins|filing|submit|submitted|submission ~3 at|by|in|within "
        "1|2|3|4|5|6|7|8|9|10|11|12|15|20|30|45|noon|midnight|an|half",
        "has|have|needs|need|must ~1 to ~2 out|go|submit|submitted|sent|filed|paid|ship|delivered ~2 today|"
        "tonight|now|noon|tomorrow|midnight",
    ),
    "data loss": (
        "wiped|erased|overwrote|overwritten|purged|nuked|trashed|zapped|destroyed|emptied|shredded ~4 {store}",
        "it|sync|update|migration|import|upgrade|someone|somebody|system|script|job|you|app|bot|tool ~2 "
        "deleted|removed|dropped|cleared|lost|ate|swallowed|replaced|reset ~4 {store}|everything",
        "{store} ~2 gone|vanished|disappeared|wiped|erased|evaporated|emptied|destroyed|unrecoverable",
        "{store} is|are|was|were ~1 blank|all_gone|empty ~1 since|after|now|today|suddenly|overnight",
        "after|since ~5 {store} is|are|was|were ~1 empty|blank|gone",
        "datenbank|archiv|postfach|kalender|ordner|sicherung|datensicherung ~2 leer|weg|gelöscht|zerstört",
        "base|archivo|buzón|calendario|copia|copias ~4 vací*|borrad*|perdid*|dañad*",
        "баз*|архив*|почт*|календар*|папк*|копи* ~3 пуст*|стерт*|удален*|удалил*|пропал*|исчез*|повреж*",
    ),
    "security": (
        "accepts|accept|takes|works_with|lets ~2 any|every|wrong|empty|random|no password|passwords|code|pin|login",
        "logged|signed ~1 in|into ~1 as|like me|us|my|our", "uses|using|used my|our login|account|profile|identity",
        "stranger|strangers|caller|somebody|someone|man|woman ~6 knew|knows|quoted|quotes|read ~2 what|everything|all|my|our",
        "{rights} ~4 tenant|tenants|account|accounts|workspace|company|companies|organisation|organization ~4 not|unknown|"
        "other|others|another|strangers|foreign|never",
        "see|sees|read|reads|view|views|open|opens ~4 of others|colleagues|everyone|everybody|each_other|"
        "strangers|competitors|the_others|other_people",
        "sends|sent|posts|posted|publishes|published|shares|shared|leaks ~3 salary|salaries|private|personal|"
        "confidential|medical|patient|customer|customers|password|passwords|secret|secrets ~4 public|channel|everyone|"
        "everybody|wrong|strangers|internet|others",
        "someone|somebody|stranger|unknown ~1 ordered|bought|paid|posted|sent|shopped|spends|spent ~5 our|my ~1 "
        "account|card|name|profile|credit",
        "others|anyone|everyone|everybody|strangers|people ~2 see|read|open|access ~2 my|our|private|personal",
        "someone|somebody|stranger|hacker|intruder|thief|attacker ~5 in|into|inside|using|uses|used|controls|"
        "took ~3 account|mailbox|system|server|network|profile|admin|workspace|card|name|phone",
        "my|our|his|her account|profile|mailbox|number|domain|page ~2 stolen|taken|hijacked|compromised|hacked",
        "personal|private|confidential|medical|patient|customer|sensitive data|information|details|files|"
        "records|documents ~4 leak*|exposed|public|visible|online|google|stolen|outside|wrong",
        "zugangsdaten|passwörter|kundendaten|daten ~3 internet|netz|google ~2", "sieht|sehen ~3 gehälter|"
        "gehalt|daten|akten ~2 anderen|kollegen|aller|fremde*",
        "claves|contraseñas|datos|fotos ~4 internet|google|expuest*|filtrad*", "пароли|данные|ключи|база ~4 "
        "интернет*|сети|сеть|открытом|гугл*",
    ),
    "payment failure": (
        "payment|payments|transaction|transactions|card|cards|purchases|checkout|transfers ~2 bounce|bounces|bouncing|"
        "declined|decline|declines|refused|rejected|stuck ~3 all|every|everyone|everybody|any|each",
        "all|every|any|each|no ~2 payment|payments|transaction|transactions|card|cards|purchase|transfer|transfers ~2 bounce*|"
        "declined|refused|rejected|stuck|fail*|not_go",
        "spent|burned|burnt|used|blew|drained|exhausted|ate ~4 budget|credit|credits|balance|savings ~3 overnight|because|"
        "in_one|in_a|by_mistake|your",
        "took|taken|charged|billed|debited|withdrew|deducted ~6 instead of", "from ~1 account|card|bank ~2 instead of",
        "charged|billed|debited|withdrawn|deducted|taken|charge|charging ~6 cancelled|canceled|cancel|"
        "never_ordered|not_authori*|unauthori*|without|consent|permission|closed",
        "cancelled|canceled|unsubscribed|quit|terminated ~6 still|again|keep|keeps|continue ~3 charg*|bill*|"
        "debit*|taking|money",
        "charge|charges|payment|payments|transaction|transactions|debit|transfer ~4 not_recogni*|not_make|"
        "not_authori*|unauthori*|unknown|not_mine|never_made|fraudulent|fraud",
        "que no autorice|autorizamos|reconozco|hice",
        "cargado|cargaron|cobrado|cobraron|cobro|cargo ~4 no_autoric*|no_autoriz*|no_reconozco|sin_permiso|sin_avis*",
        "abgebucht|abbuchung|belastet ~4 nicht_autorisiert|ohne_zustimmung|nie_bestellt|nicht_genehmigt",
    ),
    "server error": (
        "every|each|all|any ~2 {served} ~1 {throws}", "{throws} ~2 on|for|at ~1 every|each|all|any ~1 {served}",
        "answers|returns|throws|gives|sends|get|gets 500|502|503|504|error|errors ~4 every|each|all|any|everyone|everything",
    ),
    "many people": ("any|each|none|all|every of our|my|the ~1 {branches}", "any|each|every|all ~1 {branches}"),
    "hypothetical": (
        "is|are|was|any ~2 outage|outages|maintenance|downtime ~2 planned|scheduled|announced|expected",
        "planned|scheduled|announced ~1 outage|outages|maintenance|downtime",
        "can|could|do|does|will|would other_people|others|colleagues|my_colleagues|teammates|my_team|admins|people ~2 "
        "see|read|view|find ~2 my|our",
    ),
    "not a signal": (
        "nobody|noone|no_customer ~1 complain*|complained|complaining",
        "nobody|noone ~1 lost|lose|loses ~2 data|anything|files|work|money|orders",
        "one|only_one of ~1 our|my|the ~2 {role}",
    ),
}
