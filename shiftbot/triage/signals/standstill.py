"""Work that stands still, in the words of those who do it: tills, wards, warehouses, phones, alarms of machines."""

# ruff: noqa: RUF001  (Cyrillic letters are what this table is made of)

# fmt: off

MACROS = {
    "gear": (
        "till|tills|terminal|terminals|scanner|scanners|printer|printers|screen|screens|monitor|monitors|"
        "device|devices|tablet|tablets|phone|phones|telephones|line|lines|register|registers|kiosk|kiosks|"
        "gate|gates|door|doors|turnstiles|barrier|barriers|belt|belts|machine|machines|robots|sensor|sensors|"
        "cameras|controller|controllers|console|consoles|feed|feeds|stream|streams|switchboard|hotline|"
        "intercom|ticketing|booking|bookings|orders|order_intake|ordering|sync|replication|cluster|vm|vms|"
        "node|nodes|reservation|reservations|lifts|chargers|locks|readers|hub|fleet"
    ),
    "halt": (
        "dead|dark|black|silent|mute|blank|frozen|offline|unreachable|unresponsive|down|gone|stopped|"
        "stopping|hang|hangs|hanging|froze|stuck|not_respond*|not_answer*|not_work*|not_connect*|not_open*|"
        "not_print*|not_ring*|not_start*|not_move|not_moving|lost_connection|lost_contact|quit|dropped|"
        "went_down|went_dark|went_black|shut_down|out_of_service|out_of_order|kaput|bricked|jammed|idle"
    ),
    "de_gear": (
        "kasse|kassen|scanner|drucker|telefon|telefone|terminal|terminals|leitung|leitungen|telefonanlage|"
        "bildschirm|bildschirme|geräte|maschinen|anlage|anlagen|band|bänder|kartenleser|sensoren|server|"
        "hotline|leitstelle|notruf|lager|logistik|fertigung|werk|filiale|filialen|betrieb|versand|annahme|"
        "türen|schranke|schranken|schnittstelle|rechner|systeme"
    ),
    "es_gear": (
        "caja|cajas|terminal|terminales|escáner|escáneres|impresora|impresoras|teléfono|teléfonos|líneas|"
        "línea|pantalla|pantallas|máquinas|centralita|datáfono|datáfonos|tpv|sensores|almacén|fábrica|"
        "planta|cadena|puertas|barreras|equipos|tablets|centro|línea_de_producción|sucursales"
    ),
    "ru_gear": (
        "касс*|терминал*|сканер*|принтер*|телефон*|лини*|экран*|склад*|конвейер*|станк*|цех*|датчик*|"
        "турникет*|шлагбаум*|диспетчер*|отгрузк*|доставк*|компьютер*|устройств*|планшет*|колл_центр*|филиал*"
    ),
}

WORDS: dict[str, tuple[str, ...]] = {
    "outage": (
        "at|to ~1 standstill|stand_still|complete_stop|total_stop", "standstill|cut_off|knocked_out|locked_out|shut_out "
        "~4 all|every|entire|whole|since|completely|everyone", "we|us|entirely|completely|everyone ~3 cut_off|gone_away|"
        "locked_out|logged_out|kicked_out|thrown_out|shut_out",
        "log|logs|kick|kicks|throw|throws|logged|kicked|threw ~2 everyone|everybody|all|all_of_us|us_all ~1 out|off",
        "take|took|taken|bring|brought|knocked|knock|pulled|tore ~4 down|offline|out ~2",
        "went|gone|going away|dark|silent|offline|belly_up|under for_us|entirely|completely|everywhere",
        "unable|impossible|can_not|could_not|not_possible ~3 any|anything|a_single|one_single ~3",
        "no picture|signal|power|dial_tone|ringtone",
        "14|3|5|6|8|10|12|all|both ~1 of ~1 14|3|5|6|8|10|12|nodes|hosts|pods|replicas ~2 nodes|hosts|pods|replicas",
        "notready|kubenodenotready|crashloop*|oomkill*|target_down|instance_down|split_brain|kernel_panic|disk_full",
        "error_rate|errors|5xx|failure_rate ~3 50|60|70|80|90|91|92|93|94|95|96|97|98|99|100",
        "not ~2 see|hear|reach|open|find ~2 any|anything|anyone|a_single ~3",
        "forwards|leads|goes|ring|rings|go ~2 nowhere|silence|dead_air|into_the_void",
        "stillstand|lahmgelegt|lahm_gelegt|abgeschnitten|zusammengebrochen|liegt_flach|liegt_lahm|in_die_knie|down",
        "kein|keine|keinen|keinem|keiner ~4 mehr|rechner|filiale|standort|bestellung|bestellungen|anruf|anrufe|mail|mails|"
        "patient|ticket ~3 aufrufbar|kommt|kommen|erreichbar|geht|an|durch|rein|raus|öffnen|empfangen",
        "no ~1 recib*|lleg*|entra*|sale*|abre*|tenemos ~2 ningun*|ningún|ninguna|nada ~2",
        "paralizad*|colapsad*|tumbad*|tumbaron|tiraron|echó|expulsa|desconecta ~2 todo*|todas|empresa|sistema|a_todos",
        "не ~2 поступа*|приход*|отправля*|открыва*|доход*|проход* ~2 ни|никак*|ничего|совсем|вообще ~2",
        "всех|нас_всех ~2 выкинул*|выбросил*|разлогинил*|отключил*", "парализован*|встала_работа|работа_встала|колом",
        "{all}|no|none_of|every|not_one ~4 {gear} ~3 {halt}", "{gear} ~3 all ~1 {halt}",
        "{gear} ~2 {halt} ~5 everywhere|company_wide|at_once|all_at_once|nationwide|all_over|all_stores|"
        "all_shops|all_locations|all_seats|all_sites",
        "not_one|none|not_a_single|zero ~3 order|orders|call|calls|booking|bookings|email|emails|message|"
        "messages|request|requests|payment|payments|job|jobs|ticket|tickets|sale|sales|webhook|webhooks ~4 "
        "since|arriv*|come|came|coming|gone|going|got|gets|through|deliver*|process*|today|for",
        "noone|nobody|none_of ~6 can|is_able|manages|gets|reach|reaches ~3 open|reach|log_in|login|in|work|"
        "use|access|connect|buy|order|pay|book|through|see|sign_in|anything",
        "everything ~3 {halt}|red|failing|timing_out", "every ~2 endpoint|endpoints|request|page|call|screen|"
        "query|function|job ~3 hangs|fails|dies|404|500|502|503|504|times|error|errors|failed|broken|red",
        "hang|hangs|fail|fails|die ~2 every|all ~2 endpoint|endpoints|request|requests|pages|browser|device",
        "lost|loses|losing ~2 connection|connectivity|contact|uplink|quorum ~4 all|every|entire|whole",
        "vanished|disappeared|dropped ~2 from|off the internet|map|grid|net",
        "failover ~2 failed|not_work*", "both|all ~2 replicas|nodes|data_centers|datacentres|regions|zones ~3 "
        "{halt}|unhealthy|lost|failed",
        "reads|shows|says|get|gets|see|sees ~3 site_can_not_be_reached|connection_refused|bad_gateway|"
        "service_unavailable|dns_probe*",
        # German
        "alle|sämtliche|keine|kein|keiner|jede|unsere ~4 {de_gear} ~6 tot|aus|schwarz|stumm|offline|"
        "ausgefallen|steht|stehen|nicht|keine|gestört|weg|still|eingefroren|hängen|annehmen|nimmt|nehmen",
        "{de_gear} ~1 steht|stehen|ausgefallen|stillsteht ~2",
        "nichts|gar_nichts ~2 geht|läuft|mehr|funktioniert|lädt ~3 mehr|überall|bei_allen|bei_uns|nirgends|hier",
        "niemand|keiner|kein_mensch|kein_mitarbeiter|kein_kunde|kein_einziger ~6 rein|einloggen|arbeiten|"
        "anmelden|bestellen|bezahlen|buchen|zugreifen|erreichen|öffnen|hinein|durch|drauf|kaufen",
        "alle ~4 rausgeflogen|abgemeldet|ausgesperrt|raus|rausgeworfen|offline", "fliegen ~3 alle|raus",
        "tot|schwarz|offline|ausgefallen ~4 alle|allen|überall|standorten|filialen|komplett",
        "seit ~5 kommt|kommen ~3 nichts|keine|kein ~2",
        # Spanish
        "ninguna|ninguno|ningún|todas|todos|todo|nuestras|nuestros ~4 {es_gear} ~5 muert*|apagad*|no|acepta*|"
        "negro|negras|caíd*|sin|parad*|desconectad*|bloquead*|congelad*|colgad*|responde|conecta|funciona",
        "{es_gear} ~2 parad*|detenid*|muert*|apagad*|paralizad*|caíd*|en_negro|sin_servicio|desconectad*",
        "nadie ~4 puede|logra|consigue|pudo ~3 entrar|acceder|trabajar|pagar|comprar|abrir|conectar*|usar|"
        "ver|reservar|vender", "no|nada ~2 entra|llega|sale|funciona|carga|anda ~3 nada|ninguna|ningún|en_ningún*",
        "todo ~2 muerto|parado|en_rojo|caído|congelado|bloqueado|colgado",
        # Russian
        "все|всё|ни_один*|ни_одна|ни_одно|наши|весь|вся ~4 {ru_gear} ~5 не|лежит|лежат|умер*|встал*|стоит|"
        "стоят|мертв*|отвал*|молчат|молчит|отключ*|завис*|черн*|упал*|погас*",
        "{ru_gear} ~1 встал*|стоит|стоят|лежит|лежат|молчат|умер*|отвалил*|отключил*|погас*|завис*",
        "никто ~5 не ~3 может|могут|зайти|войти|работа*|открыть|оплатить|купить|попасть|заказать|открывается",
        "ничего ~2 не ~1 работает|грузится|открывается|приходит|отправляется ~2",
        "всё|все ~2 лежит|легло|упало|встало|умерло|сломалось|отвалилось|отрубилось|рухнуло",
        "выкидывает|выкинуло|разлогинило ~2 всех", "ни_один*|ни_одного|ни_одно ~5 не",
    ),
    "core broken": (
        "{gear} ~3 {halt}", "not|no ~2 {gear} ~3 since|any_more|anymore|today|again",
        "prescriptions|deliveries|labels|pickups|orders|payslips|dispatch*|ambulances|calls|shipments|"
        "tickets|bookings|results|alarms|alerts ~3 not ~2 come|go|reach|print*|be|get|arriv*|issued|work*",
    ),
    "glitch": (
        "blank|black|empty|vanished|missing", "alert|alarm|critical|firing|crit|fatal|outage|incident",
        "error_rate|p99|p95|5xx|heartbeat|healthcheck|health_check|unhealthy",
    ),
    "many people": (
        "everywhere|anywhere|company_wide|all_seats|all_sites|all_over_the_place|in_every",
        "2|3|4|5|6|7|8|9|10|12|15|20|25|30|40|50|60|70|80|90|100|120|150|200|250|300|350|400|500|600|800|"
        "1000|2000|3000|5000|10000|12|15|two_hundred|forty|fifty|twenty|thirty ~1 {people}|people|seats|"
        "stores|shops|drivers|doctors|nurses|guests|agents|patients|tills|machines|calls|complaints|tickets|"
        "employees|students|pupils|leute|mitarbeiter*|kunden|fahrer|patienten|filialen|schüler|personas|"
        "clientes|empleados|alumnos|pacientes|человек|сотрудник*|клиент*|магазин*|пользовател*|водител*",
        "doctors|nurses|drivers|teachers|pilots|couriers|merchants|tenants|residents|passengers|citizens|"
        "operators|dispatchers|crews|pupils|players|fans|listeners|viewers",
        "whole|entire|complete|full ~1 hub|ward|house|place|team|town|plant|fleet|chain|company|network|"
        "department|shift|class|course|bureau|firm|country",
        "sämtliche|ganze|ganzen|gesamte|gesamten|kompletten|komplette ~1 firma|abteilung|haus|werk|team|"
        "betrieb|filialen|belegschaft|schule|klinik|büro|standort|mannschaft",
        "keiner|niemand|alle|überall|leute|ärzte|pfleger|fahrer|schüler|lehrer|patienten|kollegen",
        "toda|todo|entera|entero ~2 empresa|oficina|planta|hospital|equipo|tienda|almacén|fábrica|escuela|"
        "plantilla|turno", "médicos|enfermeras|conductores|pasajeros|repartidores|profesores|vecinos|viajeros",
        "никто|ни_у_кого|у_всех|всех|врач*|водител*|пассажир*|курьер*|ученик*|пациент*|весь_офис|вся_компан*|"
        "весь_отдел|вся_смена|во_всех|на_всех",
    ),
    "business impact": (
        "hospital|clinic|ward|patient|patients|pharmacy|ambulance|ambulances|emergency_room|surgery|"
        "operating_room|surgeon|dispatch|dispatchers|doctors|nurses|blood|insulin|icu|911|112|firefighters|"
        "oxygen|medication|medicine|prescriptions|nursing_home",
        "queue|queues|line|lines out|around|up|outside|are|is|of ~2 door|block|growing|long|street",
        "people|staff|drivers|customers|guests|agents|trucks|crew|passengers|employees|team|workers|"
        "travellers|visitors ~2 sit|sits|sitting|stand|standing|wait|waiting|walking_out|leaving|locked_out|"
        "stranded|idle|stuck|going_home|sent_home",
        "sent|sending ~3 home|away", "we ~1 can_not ~3 open|sell|take|serve|ship|deliver|dispatch|treat|bill|"
        "trade|book|accept|admit|operate|pay|close|start", "trades|trading|market ~2 open*|clos*|stopped",
        "will_be ~1 dead|spoiled|ruined|lost|late|fired", "every ~1 minute|hour ~2 cost*|we_lose|counts",
        "losses|penalty|penalties|fine|fines|contract|spoil*|rotting|thawing",
        "orders_per_minute|per_minute ~1 0", "belt|belts|line|press|plant|plants|production|hub ~2 stopped|"
        "halted|idle|still|waiting|waits", "12|10|20|30|50|100|200|300|000 queued|pending|waiting|unsent",
        "leute|kunden|patienten|fahrer|lkw|gäste|mitarbeiter|mannschaft|schlange|kollegen ~3 warten|stehen|"
        "gehen|sitzen|sauer|weglaufen|lassen|herum|warteschlange|rufen|beschweren|toben|laufen",
        "klinik|krankenhaus|notaufnahme|rettungswagen|rettungsdienst|apotheke|patienten|arztpraxis|leitstelle|"
        "feuerwehr|medikamente|station|pflegeheim|lebensgefahr",
        "lager|produktion|band|betrieb|werk|fertigung|versand|verkauf ~1 steht|stehen|stillstand|ruht",
        "stillstand|umsatz|umsatzausfall|vertragsstrafe|wir_verlieren|verlieren_gerade|verderben|verdirbt",
        "hospital|clínica|urgencias|ambulancia*|farmacia|pacientes|quirófano|medicamentos|bomberos",
        "colas|cola|clientes|gente|camiones|pasajeros|choferes|personal ~3 esperando|enorm*|fila|larg*|"
        "se_van|parados|marchan|protestan|varad*|furios*|quejan*|de_brazos",
        "perdemos|perdiendo|pérdidas|multa|penalización|se_estropea|se_pudre",
        "больниц*|клиник*|скорая|скорой|скорые|аптек*|пациент*|реанимаци*|операционн*|лекарств*|пожарн*",
        "очеред*|люди|клиент*|покупател*|водител*|фур*|сотрудник*|персонал ~3 сто*|жд*|уход*|очеред*|сид*|"
        "орут|жалу*|ругаю*|звон*|злятся|простаива*",
        "теряем|убытк*|простой|простаива*|штраф*|срыв*|горит_контракт|портится|деньги_теря*",
    ),
    "calm": (
        "others|rest|everyone_else|everybody_else|other|colleagues|mine|colleague|teammates ~3 works|work|fine|ok|okay|"
        "do|does|can|unaffected|normal|not_affected", "works|work|fine ~2 for|on|in ~2 others|everyone_else|everybody_else|"
        "the_rest|colleagues|colleague|other|mine|live_mode", "only|just ~1 one|single|a_single|me|my|mine|that|this ~1 user|"
        "customer|colleague|page|machine|laptop|device|person|tablet", "single|one customer|user|person|colleague ~1 says|said",
        "allen_anderen|die_anderen|den_anderen|anderen_kollegen|den_kollegen|nur_bei_mir|bei_einer_kollegin|"
        "bei_einem_kollegen", "los_demás|a_los_demás|mis_compañeros_sí|solo_a_mí|solo_en_esa|solo_en_esta|solo_a_una",
        "у_коллег|у_остальных|остальных|только_у_меня|у_других|у_одного|у_одной ~2 нормально|работает|все|всё|ок|сотрудни*|"
        "коллег*", "refund|reembolso|erstattung ~3 last_week|still|not_arriv*|not ~2",
    ),
    "hypothetical": (
        "what|how|would|will ~5 if|when ~4 your|the|our|we|you", "is_it_true_that|is_it_true|i_read_that|heard_that ~3",
        "does|do|can|could|will|would ~4 work ~1 offline|without_internet", "können|sehen|darf|dürfen alle|auch",
        "for ~2 statistics|a_report|a_study|an_article", "stimmt_es|es_cierto_que|es_verdad_que|правда_ли|правда_что",
    ),
    "not a signal": (
        "work|works|working|use|usable|available|read|edit offline", "offline mode|support|use|access|version|maps",
    ),
    "deadline": (
        "we|doors|shop|market|gates open|opens in|at|soon", "boarding|kickoff|kick_off|live|air|starts|starting "
        "~1 in", "heute_abend|in_einer_stunde|gleich|in_einer_halben_stunde|um_mitternacht|morgen_früh",
        "esta_noche|en_una_hora|en_media_hora|en_minutos", "через_час|через_полчаса|через_минут*|сегодня_вечером",
    ),
    "urgency": ("critical|crit|as_we_speak|at_this_very_moment|alarm|kritisch|brennt|горит|пожар|аврал",),
}
