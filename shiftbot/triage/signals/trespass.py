"""What is in the wrong hands or gone: strangers' accounts and papers, stolen keys, lost work, money that went astray."""


# fmt: off

MACROS = {
    "alien": (
        "somebody_else_is|someone_else_is|somebody_elses|someone_elses|other_people_is|other_peoples|"
        "another_person_is|another_customer_is|another_company_is|a_stranger_is|strangers|other_customers|"
        "other_customer_is|other_users|other_user_is|other_clients|each_other_is|each_others|other_family|"
        "other_families|other_companies|another_family|another_user_is|another_client_is|another_patient_is|"
        "some_other|competitor_is|neighbour_is|neighbor_is|different_customer|different_company|"
        "different_user|different_person|different_patient|wrong_person|wrong_patient|wrong_customer|"
        "people_i_do_not_know|somebody_i_do_not_know|other_tenants|another_tenant|not_mine|not_ours"
    ),
    "paper": (
        "contract|contracts|chat|chats|photos|photo|pictures|invoice|invoices|payslip|payslips|salary|"
        "salaries|records|record|results|data|details|address|addresses|names|conversation|conversations|"
        "messages|mail|mails|emails|inbox|files|file|documents|document|account|accounts|profile|profiles|"
        "orders|order|tickets|bank|statements|statement|medical|passport|passports|name|cart|card|cards|"
        "calendar|notes|dashboard|report|reports|customers|prescriptions|diagnosis|lab|x_ray|scans|videos"
    ),
    "secret": (
        "password|passwords|credentials|api_key|api_keys|keys|key|token|tokens|secret|secrets|cookie|"
        "cookies|session|sessions|otp|2fa|admin|backup|source_code|customer_list|database_dump|dump"
    ),
}

WORDS: dict[str, tuple[str, ...]] = {
    "security": (
        "redirect*|forward*|sent|leads|goes|jump* ~3 to ~3 spam|casino|porn*|fake|malware|scam|gambling|phishing",
        "address|addresses|emails|recipients|everyone|customers ~4 cc|bcc", "cc|bcc ~4 everyone|all|address*|customers",
        "mailing|newsletter|email|mail|campaign ~4 unsubscribed|wrong_list|wrong_people|everyone_is",
        "nómina|factura|contrato|recibo|expediente|datos|cuenta|informe|pedido|historial|correo ~2 otro|otra|otros|"
        "ajen*|desconocid*", "чуж* ~2 сотрудник*|лист*|заявк*|медкарт*|выписк*|пациент*|письм*|данные",
        "payslip|payslips|contract|invoice|data|account|records|results|file|letter|order ~3 of ~1 another|other|a_different|"
        "someone|somebody|a_colleague|a_stranger", "weitergeleitet|umgeleitet|leitet ~4 spam|casino|fremde*|betrug*|fake*",
        "redirig*|redirecciona* ~4 spam|casino|falsa|estafa|otra", "перенаправ*|редирект*|перекидыва* ~4 спам|казино|чуж*|лев*",
        "{alien} ~3 {paper}", "{paper} ~2 of ~1 {alien}|other|another|some_other|a_different ~2",
        "see|sees|seeing|read|reads|open|opens|got|get|gets|shows|show|showing|download|received|access|"
        "sent|opened|displays ~4 {alien}",
        "visible|readable|accessible|open|exposed|available|published|downloadable|shown|sent ~2 to|for|by ~2 "
        "anyone|anybody|everyone|strangers|third_parties|unauthori*|the_public|the_world|the_internet|public|"
        "outsiders|wrong|others|competitors",
        "anyone|anybody|everyone|strangers|outsiders ~4 can ~2 see|read|open|download|access|edit|delete|"
        "view|log_in ~4 {paper}|{secret}|it|them|everything|without",
        "{secret} ~4 leaked|stolen|exposed|posted|published|public|pastebin|github|dark_web|used_by|"
        "being_used|for_sale|compromised|abused|plain_text|plaintext|misused|in_the_open",
        "got|stole|obtained|using|used ~3 our|my|the ~2 {secret}",
        "log|logs|logged|logging|sign|signed ~1 in|into ~4 as_someone|as_somebody|as_another|as_a_different|"
        "without|from_russia|from_china|from_another|not_us|not_me|was_not_me|stranger|unknown",
        "not|nobody|never ~2 us|me|we|i ~2 who|that ~2 changed|logged|sent|deleted|created|ordered",
        "i|we did_not ~3 log|change|order|send|create|invite|authori*|request|sign_up|make|add|put ~4",
        "unknown|unfamiliar|strange|foreign|rogue ~1 admin|administrator|user|users|device|login|logins|"
        "session|ip|account|person|address|transfer|transfers|country|location",
        "ip|ips|address|login|logins|session|access from|in ~2 country|russia|china|abroad|continent|place",
        "popup|popups|form|forms|script|scripts|page ~3 asking|asks|stealing|steals|collect* ~3 card|"
        "password|bank|credit", "phish*|skimm*|inject*|defac*|keylogger|backdoor|crypto_miner|botnet|encrypted_our|"
        "encrypted_all|ransom|sql_injection|xss|rce",
        "takeover|taken_over|hijack*|impersonat*|sim_swap*|brute_forc*|locked_me_out|kicked_me_out",
        "privilege*|rights|permission|permissions|role ~3 escalat*|admin|everyone|wrong|too_many",
        "former|fired|ex|left ~2 employee|employees|colleague|admin|staff|company ~5 still|can|access|log",
        # German
        "fremde|fremder|fremden|fremdes|anderer|anderen|andere|anderes ~2 kunde|kunden|person|personen|"
        "rechnung|rechnungen|lohnabrechnung|daten|konto|konten|profil|chats|nachrichten|verträge|vertrag|"
        "familie|firma|firmen|patient|patienten|mandant|mandanten|nutzer|nutzern|akte|akten|leute",
        "jeder|jedermann|öffentlich|unbefugte|dritte|unbekannte ~4 lesen|einsehen|sehen|einsehbar|"
        "zugänglich|sichtbar|herunterladen|zugriff|zugegriffen|öffnen",
        "jemand|irgendwer|unbekannter|unbekannte|hacker ~5 passwort|zugangsdaten|konto|zugriff|schlüssel|"
        "eingeloggt|angemeldet|gelöscht|verändert|übernommen|geändert|löscht|verschickt|bestellt",
        "passwort|passwörter|zugangsdaten|schlüssel|token|kennwort|kennwörter ~4 gestohlen|geleakt|öffentlich|"
        "klartext|im_netz|abgegriffen|missbraucht|geklaut|einsehbar",
        "waren_nicht_wir|war_nicht_ich|nicht_von_uns|nicht_von_mir|datenleck|datenpanne|verschlüsselungstrojaner|"
        "erpress*|lösegeld|übernommen|gekapert|eingebrochen|einbruch|ausgespäht|datenschutzverletzung|"
        "datenschutzvorfall",
        # Spanish
        "otra_persona|otro_cliente|otra_empresa|otro_usuario|un_desconocido|otros_clientes|otros_usuarios|"
        "otra_familia|otro_paciente|otros_pacientes|terceros|ajeno|ajena|ajenos|ajenas|desconocidos",
        "cualquiera|todo_el_mundo|públic*|terceros ~5 leer|ver|abrir|descargar|entrar|acceso|contratos|facturas|"
        "datos|expedientes|visibl*", "contraseña*|claves|credenciales|token ~4 robad*|filtrad*|public*|"
        "expuest*|internet", "alguien|desconocido ~4 contraseña|cuenta|borrando|borró|cambió|entró|usando|acceso",
        "secuestr*|rescate|no_fuimos_nosotros|no_fui_yo|tomaron_el_control|intrus*|filtr*|suplant*",
        # Russian
        "чуж*|посторонн*|другого|другой|других|другому|незнаком* ~3 клиент*|человек*|люд*|данн*|счет*|"
        "договор*|аккаунт*|переписк*|чат*|фото*|кабинет*|карт*|заказ*|документ*|зарплат*|профил*|пациент*|"
        "компани*|пользовател*|семь*|анализ*|паспорт*",
        "кто_угодно|любой|посторонн*|неизвестн*|кто_то ~4 скач*|прочит*|чита*|виде*|зайти|войти|"
        "открыть|вош*|украл*|удал*|смен*|поменял*|взлом*|завладел*|получил|входит|рассыла*",
        "парол*|ключ*|токен*|доступ* ~4 украл*|утек*|слил*|опублик*|открытом|попал*|общем|интернет*|угна*|"
        "использу*", "утечк*|утекл*|слит*|слил*|взлом*|угнал*|шифровальщик*|вымогател*|выкуп|мошенник*|"
        "это_не_мы|это_был_не_я|это_не_я|не_мы_делали|перехват*|скомпрометир*",
    ),
    "data loss": (
        "folders|files|photos|documents|records|projects|contacts|notes|bookings ~1 , gone|vanished|empty|missing",
        "restored|recovered ~4 still ~2 empty|missing|gone|blank",
        "снес*|снёс|снесл*|грохнул*|уронил*|дропнул* ~3 баз*|прод*|данн*|таблиц*|бэкап*",
        "years|months|weeks ~1 of ~1 work|case|data|records|photos|notes|research ~3",
        "platt_gemacht|plattgemacht|zerschossen ~3", "datenbank|db|base_de_datos ~3 gelöscht|weg|leer|borrad*|vacía",
        "wiped|wipes|erased|overwritten|overwrote|purged|deleted|vanished|disappeared|gone|lost|emptied|"
        "truncated|dropped|corrupt* ~5 {all}|everything|whole|year|years|months|weeks|month|of_work|days ~2",
        "{all}|everything|whole|entire|years_of|months_of|weeks_of|all_my|all_our|the ~5 book|books|records|"
        "file|files|photos|history|register|work|list|notes|ledger|data|folder|drawings|"
        "plans|grades|exams|manuscript|thesis|appointments|recordings ~4 vanished|gone|disappeared|wiped|"
        "erased|empty|overwritten|lost|deleted|corrupt*|missing|unreadable|blank",
        "backup|backups|snapshot|snapshots ~4 empty|fail*|missing|corrupt*|unusable|broken|"
        "gone|not_restor*|useless|none",
        "is|are|keeps deleting|wiping|erasing|overwriting ~4 our|my|the|folders|files|records|everything|data",
        "alles|alle|sämtliche|gesamte|ganze|ganzen|komplette|unsere|meine ~4 weg|gelöscht|verschwunden|leer|"
        "verloren|überschrieben|futsch|kaputt|zerstört|vernichtet ~2",
        "weg|gelöscht|verschwunden|verloren ~4 jahre|monate|wochen|alles|alle|daten|akten|arbeit",
        "todo|todos|todas|toda|nuestros|nuestras|mis ~5 desaparec*|borrad*|perdid*|vací*|borrar*|esfum*|"
        "eliminad*|sobrescri*", "все|всё|наши|мои|вся|весь|целый ~5 пропал*|исчез*|удали*|стерл*|стер|"
        "потерял*|пуст*|затёр*|затер*|перезапис*|уничтож*|обнулил*",
    ),
    "payment failure": (
        "sold|booked|assigned|issued ~3 twice|double|to_two|two_times", "double_booked|overbooked|oversold|double_booking*",
        "refunds|payouts|payments|transfers|invoices|orders|charges|salaries ~5 over_and_over|again_and_again|in_a_loop|"
        "repeatedly|several_times|many_times|twice", "doppelt ~1 verkauft|gebucht|vergeben|belegt",
        "vendid*|reservad* ~3 dos_veces|doble", "продан*|продал* ~4 дважды|два_раза|двоим",
        "charged|charges|charging|billed|debited|deducted|withdrew|withdrawn|taken|took|pulled ~5 twice|"
        "three_times|3_times|again|double|thousand|thousands|wrong|without|instead|extra|too_much|10_times|"
        "ten_times|several_times|hundred|more_than|every_day|after",
        "payroll|salaries|salary|payout|payouts|invoices|direct_debit|direct_debits|transfer|transfers|wire|"
        "refund|refunds ~4 twice|double|wrong|stranger|duplicat*|stuck|failed|missing|lost|not_arriv*|gone|"
        "ran|again|bounced|swapped|never",
        "double|duplicate|triple|wrong ~1 salary|salaries|charge|charges|payment|payments|payout|payouts|"
        "debit|amount|amounts|account|beneficiary|iban|recipient|invoices|price|prices",
        "money|deposit|funds|wire|payout|savings|balance ~5 stranger|wrong|vanished|disappeared|gone|lost|"
        "missing|never_arrived|not_arrived|zero|negative|swapped|somewhere|limbo",
        "can_not|could_not|noone_can|nobody_can|not ~3 pay|take_payments|take_cards|accept_cards|take_money|"
        "check_out|checkout|take_orders|take_bookings|process_payments|withdraw|settle",
        "not|no|none ~4 take|takes|accept|accepts|taking|accepting|read|reads cards|card|payments|orders|money",
        "price|prices|everything|products|items ~4 0|zero|free|1_cent|one_cent|negative|wrong_price|for_nothing",
        "doppelt|zweimal|dreimal|mehrfach|mehrmals|falsch|zu_viel ~5 abgebucht|belastet|überwiesen|berechnet|"
        "eingezogen|ausgezahlt|abgezogen|bezahlt|gehalt|gehälter",
        "abgebucht|belastet|eingezogen|überwiesen|abgezogen ~6 doppelt|zweimal|dreimal|obwohl|falsch*|"
        "fremd*|ohne|statt|mehrfach|gekündigt",
        "gehalt|gehälter|löhne|lohn|auszahlung|auszahlungen|geld|guthaben ~5 doppelt|weg|falsch*|nicht|"
        "verschwunden|fremd*|fehlt|fehlen", "nimmt|nehmen|akzeptiert|akzeptieren ~2 keine|nicht ~1 karten|"
        "karte|zahlungen|bestellungen|an", "kein*|nicht ~4 karten|kartenzahlung|zahlungen ~1 an|möglich|mehr",
        "kann|können ~4 bezahlen|kassieren|abrechnen ~1 nicht|niemand",
        "nómina*|sueldos|salarios|transferencia*|dinero|cobro|saldo ~5 doble|dos_veces|desaparec*|desconocid*|"
        "otra_cuenta|equivocad*|no_lleg*|perdid*|duplicad*|cero",
        "cobraron|cobrado|cobró|descontaron|debitaron|cargaron ~5 dos|tres|doble|demás|de_más|sin|veces|"
        "cancel*|aunque", "no|ninguna ~3 acepta|aceptan|pasa|pasan|lee ~2 tarjetas|tarjeta|pagos",
        "списал*|снял*|списан*|списыва*|сняты ~6 два*|дважд*|трижд*|три_раза|повторн*|без|лишн*|хотя|снова|"
        "отмен*|несколько",
        "дважды|два_раза|три_раза|повторно|лишние ~3 списал*|снял*|списан*|оплат*|начисл*|выплат*|деньги",
        "деньг*|зарплат*|выплат*|перевод*|средства|баланс ~5 дважды|пропал*|исчез*|не_приш*|ушл*|чуж*|"
        "не_дош*|неизвестн*|обнулил*|списан*|списал*",
        "не ~3 принима*|проход*|приним* ~2 карт*|оплат*|платеж*|заказ*",
    ),
    "human": (
        "zurückrufen|zurückzurufen|rückruf|rückruf_bitten|anrufen_lassen", "rufen|ruft|melden|meldet ~3 mich|uns|bei_mir",
        "devuélv*|devolver|llamar* ~2 llamada|por_teléfono", "перезвон*|свяжит*|наберите",
        "member_of_staff|real_human|somebody|someone|a_colleague ~1 ring|call|phone ~1 me|us|back",
        "human|person|colleague|agent please", "give|put|get|connect|transfer ~2 me|us ~4 human|person|"
        "someone|somebody|agent|engineer|manager|operator|supervisor",
        "speak|talk|chat ~2 to|with ~3 human|person|someone|somebody|agent|engineer|manager|operator|staff|boss",
        "rufen_sie|ruft|rufe ~2 mich|uns|zurück", "mit_einem ~2 menschen|mitarbeiter|techniker|ansprechpartner",
        "richtigen|echten|echte|echter menschen|person|mensch|mitarbeiter|ansprechpartner",
        "con_una_persona|con_un_humano|persona_de_verdad|con_alguien_real|hablar_con_alguien",
        "живой|живого|живым|живому|реальн* ~1 человек*|оператор*|сотрудник*|специалист*|людьми",
        "позовите|соедините|переключите|позвоните|перезвоните|свяжите ~3",
    ),
}
