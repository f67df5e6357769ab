"""German signals, in the notation of `shiftbot.triage.pattern`."""

# fmt: off

MACROS = {
    "de_sys": (
        "seite|seiten|website|webseite|webseiten|homepage|internetseite|app|anwendung|server|system|"
        "systeme|dienst|dienste|plattform|portal|shop|webshop|onlineshop|datenbank|api|produktion|alles|"
        "netzwerk|software|programm|dashboard|schnittstelle|kundenportal|login|anmeldung|kasse|backend|"
        "prod|service"
    ),
    "de_data": (
        "daten|datensätze|bestellungen|aufträge|dateien|dokumente|rechnungen|kunden|kundendaten|kontakte|"
        "projekte|einträge|termine|buchungen|nachrichten|konten|fotos|bilder|backups|notizen|artikel|alles|"
        "datenbank|tabellen|arbeit|ordner|tickets|konto"
    ),
    "de_cannot": "nicht_mehr|nicht|kann_nicht|können_nicht|konnte_nicht",
    "de_pay": (
        "zahlung|zahlungen|bezahlung|checkout|bezahlvorgang|kartenzahlung|paypal|kasse|kreditkarte|"
        "überweisung|lastschrift|bezahlen"
    ),
}

WORDS: dict[str, tuple[str, ...]] = {
    "outage": (
        "{de_sys} ~4 down|offline|ausgefallen|tot|unerreichbar|abgestürzt|weg|lahmgelegt|zusammengebrochen",
        "{de_sys} ~4 nicht ~2 erreichbar|verfügbar|aufrufbar|online",
        "ausfall|ausfälle|totalausfall|serverausfall|systemausfall|störung|großstörung",
        "nichts ~2 geht|funktioniert|läuft|lädt|mehr",
        "geht|läuft|funktioniert|lädt ~3 nichts|gar_nichts|nix",
        "alles ~2 down|tot|kaputt|ausgefallen|steht|im_eimer",
        "niemand ~4 kann|kommt|erreicht|arbeiten|zugreifen|einloggen|anmelden",
        "keiner ~4 kann|kommt|arbeiten|einloggen|anmelden", "brennt|lichterloh",
        "steht ~2 alles|komplett|still", "komplett|wieder|total|schon_wieder|ist ~1 down|offline|ausgefallen",
        "kommen|komme ~4 nicht|nicht_mehr ~2 auf ~3 {de_sys}",
        "{de_sys} ~3 geht|funktioniert|läuft|lädt ~2 gar_nicht|überhaupt_nicht|nicht_mehr|bei_niemandem",
        "geht|funktioniert|läuft|lädt ~2 bei keinem|niemandem|niemand", "gar_nichts|überhaupt_nichts ~1 mehr",
        "geht ~4 nichts", "kein|keine ~1 kunde|nutzer|benutzer|mitarbeiter|kollege ~2 kann|kommt|erreicht",
    ),
    "server error": (
        "fehler|fehlercode|fehlermeldung|meldung|status ~1 500|502|503|504", "500er|502er|503er|5xx",
        "500|502|503|504 fehler",
        "weiße|weißer|weißen|schwarzer|schwarzen|leere|leerer|weiss* seite|bildschirm|screen",
        "{de_sys} ~3 lädt|öffnet|startet|antwortet|reagiert|funktioniert|geht|läuft ~2 nicht",
        "zertifikat ~3 abgelaufen|ungültig", "zeitüberschreitung", "bleibt ~2 weiß|leer|schwarz|hängen",
        "keine|kein verbindung|antwort|zugriff|dienst",
        "verbindung ~2 abgebrochen|fehlgeschlagen|fehler|verloren|unterbrochen", "antwortet ~2 nicht",
        "nicht ~1 erreichbar|verfügbar|aufrufbar|abrufbar|ansprechbar", "offline|unerreichbar",
    ),
    "cannot get in": (
        "nicht ~3 einloggen|anmelden|eingeloggt|rein|reinkomme|zugreifen|angemeldet",
        "ausgesperrt|rausgeworfen|ausgeloggt|rausgeschmissen",
        "login|anmeldung|anmelden|einloggen ~4 nicht|unmöglich|fehler|fehlgeschlagen|kaputt|schlägt_fehl",
        "komme|kommen|kommt ~4 nicht ~2 rein|rein_ins|ins|in", "kein|keinen zugriff|zugang|login",
        "passwort ~3 nicht_akzeptiert|abgelehnt|nicht_angenommen",
        "login|anmeldung|anmelden|einloggen ~3 bei? keinem|niemandem|keiner",
    ),
    "data loss": (
        "{de_data} ~5 weg|verschwunden|gelöscht|verloren|futsch|zerstört|überschrieben|beschädigt|korrupt|"
        "leer|fort|vernichtet",
        "datenverlust|datenverluste", "verloren|gelöscht|verschwunden ~3 {de_data}",
        "alles ~3 weg|gelöscht|verschwunden|verloren", "wo sind ~4 {de_data} ~2 hin|geblieben",
        "fehlen ~3 alle|sämtliche ~3 {de_data}",
        "sind|ist ~3 {de_data} ~3 weg|verschwunden|gelöscht|verloren|futsch",
        "alle|sämtliche|unsere|meine ~2 {de_data} ~2 leer|weg|gelöscht|fehlen|null",
    ),
    "wrong data": (
        "{de_data} ~3 fehlen|falsch|fehlerhaft|fehlt|doppelt|vertauscht|durcheinander",
        "falsche|falschen|falscher|fehlerhafte|doppelte ~1 daten|zahlen|werte|beträge|summen|preise|"
        "bestände|rechnungen|bestellungen|empfänger|adressen",
        "nicht ~2 gespeichert|speichern|speichert", "zahlen|summen|preise|werte ~3 stimmen|falsch|passen ~2",
    ),
    "security": (
        "gehackt|hacker*|hackerangriff|datenleck|datenpanne|sicherheitslücke|sicherheitslücken|"
        "sicherheitsvorfall|sicherheitsproblem|schwachstelle|geleakt|leak|einbruch|eingebrochen|erpress*|"
        "schadsoftware|trojaner|kompromittiert|gekapert|gestohlen|geklaut",
        "fremde|fremden|fremder|andere|anderer|anderen|falsche ~2 kunden|kundendaten|daten|konten|konto|"
        "bestellungen|rechnungen|profile|nutzer|benutzer|account|accounts|namen",
        "jeder|jemand|fremde|unbefugte ~4 sehen|zugreifen|einsehen|lesen|eingeloggt|zugriff|verwendet|"
        "geändert",
        "ohne ~2 passwort|anmeldung|login|authentifizierung",
        "passwörter|zugangsdaten|kundendaten|api_key ~4 offen|öffentlich|klartext|sichtbar|einsehbar|im_netz",
        "unbefugt*|unberechtigt* ~1", "öffentlich|frei einsehbar|zugänglich|sichtbar|abrufbar",
        "dsgvo|datenschutz ~1 verstoß|verletzung|vorfall|problem",
        "daten|bestellungen|rechnungen|konten|konto ~1 anderer|anderen|fremder|von_anderen",
        "passwort ~3 geändert ~2 nicht|ohne|fremd",
        "daten|telefonnummern|adressen|namen ~1 von? anderen|anderer|fremden",
        "sehe|sieht|sehen ~4 anderer|anderen|fremde|fremden",
        "unbekannt*|fremde*|jemand ~6 eingeloggt|angemeldet|zugriff|zugegriffen|geändert|bestellt|benutzt|"
        "verwendet",
    ),
    "security worry": (
        "phishing|betrug|betrüger|verdächtig*|virus|angriff|attacke|spam_mails|unbekannte_anmeldung|"
        "fremder_login|unsicher",
    ),
    "payment failure": (
        "doppelt|zweimal|dreimal|mehrfach|2x|zwei_mal|2_mal ~3 abgebucht|belastet|berechnet|bezahlt|"
        "eingezogen|abgerechnet|gezahlt",
        "abgebucht|belastet|berechnet|bezahlt|eingezogen|abgerechnet ~4 doppelt|zweimal|dreimal|mehrfach|"
        "2x|obwohl|trotz|ohne|falsch|zu_viel",
        "doppelbuchung|doppelte_abbuchung|doppelte_buchung|doppelte_zahlung|fehlbuchung",
        "{de_pay} ~4 nicht|fehlgeschlagen|schlägt|fehler|abgelehnt|hängt|kaputt|bricht|unmöglich|"
        "abgebrochen|scheitert",
        "nicht|nicht_mehr ~2 bezahlen|zahlen|bestellen|kaufen|auschecken",
        "geld ~4 weg|verschwunden|abgebucht|nicht_angekommen|fehlt",
        "bezahlt|überwiesen ~6 nicht|nichts|aber|trotzdem|keine",
        "bestellungen ~4 nicht|fehlgeschlagen|kommen_nicht",
        "keine ~1 bestellungen|zahlungen|bezahlung ~2 möglich|mehr|rein|durch",
        "trotz|nach kündigung ~3 abgebucht|berechnet|belastet",
        "kein|keiner|niemand ~2 kann|können ~1 bezahlen|kaufen|bestellen|zahlen",
    ),
    "payment trouble": (
        "rechnung* ~4 falsch|fehlt|fehler|nicht|stimmt", "falsche ~1 rechnung|abrechnung|betrag|mwst",
        "rückerstattung|erstattung|geld_zurück|rückzahlung|gutschrift", "karte ~3 abgelehnt",
        "gutschein*|rabatt* ~4 nicht|ungültig", "bestellung ~4 nicht|nie",
    ),
    "core broken": (
        "funktioniert|geht|läuft|klappt ~3 nicht_mehr|gar_nicht|überhaupt_nicht|immer_noch_nicht|"
        "noch_immer_nicht",
        "seit ~4 update|heute|gestern|umstellung ~4 nicht|kaputt|fehler",
        "immer_noch|schon_wieder|weiterhin|wieder ~1 kaputt|defekt|nicht|fehler|abgestürzt",
        "komplett|total|völlig kaputt|defekt|unbrauchbar", "stürzt ~3 ständig|dauernd|immer|jedes_mal",
        "ständig|dauernd|immer ~2 stürzt|abstürze|absturz|fehler",
        "e-mails|mails|emails|nachrichten|benachrichtigungen|sms ~3 nicht ~2 versendet|verschickt|an|"
        "zugestellt|gesendet|raus",
    ),
    "broken": (
        "funktioniert|funktionieren|geht|gehen|läuft|lädt|laden|klappt|startet|öffnet|reagiert|reagieren|"
        "tut ~3 nicht",
        "nicht ~1 funktioniert|geht|läuft|lädt|klappt|laden|öffnen|starten|reagiert|hochladen|speichern|"
        "exportieren|importieren|drucken|herunterladen|senden|öffne|löschen|ändern|anzeigen|angezeigt",
        "kaputt|defekt|abgestürzt|absturz|abstürze|stürzt|hängt|eingefroren|friert|fehlgeschlagen|"
        "schlägt_fehl|fehlschlag|hängengeblieben|hakt|spinnt",
        "fehlermeldung*|fehlercode|ausnahme|bug", "passiert|tut_sich nichts", "nicht ~2 möglich",
        "kann|können|konnte ~4 nicht", "kommt|kommen ~3 nicht ~1 an|durch",
    ),
    "glitch": (
        "fehler|fehlerhaft|problem|probleme|problemen|schwierigkeiten|komisch|seltsam|merkwürdig|falsch|"
        "falsche|fehlt|fehlen|stimmt_nicht|stimmt_etwas_nicht|stimmt_was_nicht|hilfe|helfen|bitte_prüfen",
    ),
    "cosmetic": (
        "tippfehler|rechtschreibfehler|schreibfehler|schriftart|verschoben|abstand|übersetzungsfehler|"
        "farbe|optisch|logo",
    ),
    "unusable": (
        "unbenutzbar|unbrauchbar|unerträglich", "extrem|unglaublich|wahnsinnig|furchtbar|sau langsam",
        "dauert ~3 minuten|ewig|ewigkeiten|stunden", "lädt|laden ~2 ewig|endlos|minutenlang|ewigkeiten",
        "arbeiten ~2 nicht|unmöglich",
    ),
    "slow": (
        "langsam|langsamer|lahm|träge|verzögert*|verzögerung*|ruckelt|laggt|hakelig",
        "dauert ~2 lange|länger|sekunden",
    ),
    "many people": (
        "alle|allen|sämtliche|viele|mehrere|vielen|mehreren|ganze|ganzen|ganzes|jeder|hunderte|tausende|"
        "gesamte|gesamten|unsere ~2 kunden|nutzer|benutzer|mitarbeiter|kollegen|team|firma|standorte|"
        "filialen|uns|anwender|büro|abteilung|user|unternehmen|belegschaft|kundinnen|schüler|patienten",
        "niemand|keiner", "alle|jeder ~1 betroffen",
        "überall|flächendeckend|weltweit|bundesweit|produktiv|produktivsystem|produktion|live_system|"
        "livesystem|unternehmensweit|firmenweit|kollegen|kollegin",
        "kunden ~3 können|beschweren|rufen|sehen|warten",
    ),
    "business impact": (
        "verlieren|verloren|kostet|kosten ~3 geld|umsatz|kunden|aufträge",
        "umsatzausfall|umsatzeinbußen|anwalt|rechtliche_schritte|klage|stillstand|lahmgelegt|"
        "geschäftskritisch|existenzbedrohend",
        "kunden ~3 beschweren|wütend|verärgert|sauer|rufen|springen|warten|stehen",
        "können ~2 nicht ~2 arbeiten|verkaufen|liefern|ausliefern|weiterarbeiten",
    ),
    "urgency": (
        "dringend|dringende|dringender|eilig|eilt|sofort|umgehend|schnellstmöglich|schnellstens|notfall|"
        "kritisch|unverzüglich|schleunigst|asap|so_schnell_wie_möglich|brandeilig|blockiert|"
        "höchste_priorität|wichtig|jetzt_sofort|schnell",
        "bitte hilfe|dringend",
    ),
    "deadline": (
        "frist|abgabe|abgabefrist|deadline|präsentation|vorführung|messe ~3",
        "bis ~1 heute|morgen|mittag|abend|montag", "in ~1 stunde|stunden|minuten",
    ),
    "same here": (
        "bei mir|uns ~1 auch|genauso|dasselbe|ebenso|ebenfalls", "auch bei mir|uns", "hier auch",
        "gleiches|selbes|dasselbe|gleiche problem|hier|bei", "kann ich bestätigen", "ich|wir auch",
    ),
    "alarm": (
        "schon_wieder|immer_noch|noch_immer|seit_stunden|seit_tagen|verdammt|scheiße|scheisse|mist|"
        "seit_heute_morgen|seit_gestern",
    ),
    "feature request": (
        "wäre ~3 schön|toll|super|gut|hilfreich|praktisch|cool|klasse|nützlich",
        "könntet|könnten|könnt|würdet ihr|sie|du ~5 hinzufügen|einbauen|einführen|ergänzen|anbieten|"
        "unterstützen",
        "wünsche|wünschen|wünschte|funktionswunsch|verbesserungsvorschlag|vorschlag|feature_wunsch|"
        "featurewunsch|anregung|dunkelmodus|feature",
        "bitte ~4 hinzufügen|einbauen|ergänzen|einführen",
        "geplant|plant|plan ~3 integration|unterstützung|ihr|sie",
    ),
    "how to": (
        "wie ~1 kann|kann_ich|können_wir|mache|ändere|lösche|erstelle|richte|funktioniert|geht|exportiere|"
        "importiere|setze|füge|finde|lade|stelle|bekomme|kündige|viel|lange|teuer|hoch",
        "wo finde|kann|ist|sind|finden|gibt|sehe|können",
        "gibt_es|ist_es_möglich|kann_man|könnt_ihr_mir_sagen|frage|welche|welcher|welches|was_kostet|"
        "was_bedeutet|unterstützt_ihr|anleitung|dokumentation|öffnungszeiten|was_ist|warum|wann|wer|wieso",
        "passwort vergessen|zurücksetzen|ändern", "wüsste|wissen gern|gerne|möchte",
    ),
    "complaint": (
        "enttäuscht|unzufrieden|ärgerlich|unverschämt|frechheit|katastrophe|schlecht|miserabel|"
        "inakzeptabel|nervt|furchtbar|schrecklich|zumutung|saftladen|kündigen|unmöglich",
    ),
    "praise": (
        "super|toll|klasse|prima|großartig|perfekt|spitze|wunderbar|begeistert|gefällt|lob|hervorragend",
    ),
    "hypothetical": (
        "was passiert|passieren|wäre|geschieht ~3 wenn|falls|bei", "falls ~5",
        "wenn ~5 mal|sollte|würde|ausfallen|ausfällt|abstürzen",
        "wie ~2 schützt|sichert|geht_ihr|verhindert|informiert|reagiert|sicher|macht_ihr ~4",
        "im_falle|im_fall|für_den_fall|angenommen|hypothetisch|theoretisch|geplante_wartung|"
        "wartungsfenster|geplanter_ausfall|notfallplan|richtlinie",
        "habt|haben|bietet ihr|sie ~3 backup|backups|schutz|plan|sla",
    ),
    "past": (
        "war|hatte|hatten|waren|ging ~6 gestern|letzte_woche|vorgestern|letzten|letzte_nacht|vorhin|kurz|"
        "heute_morgen|früher",
        "gestern|vorgestern|letzte_woche|vorhin ~3 war|waren|hatte|hatten|ging|gab",
    ),
    "calm": (
        "nicht|nichts|kein|keine|weniger ~2 dringend|eilig|eile|kritisch|schlimm|wichtig|stress|tragisch|"
        "wild|dringendes|wichtiges|notfall|hektik",
        "eilt nicht",
        "bei_gelegenheit|kein_stress|keine_eile|hat_zeit|kann_warten|kleinigkeit|kleiner_fehler|"
        "kleines_problem|niedrige_priorität|wenn_ihr_zeit_habt|wenn_sie_zeit_haben|nur_zur_info|zur_info|"
        "unwichtig|manchmal|gelegentlich|ab_und_zu|nur_bei_mir|hinweis",
    ),
    "test system": (
        "testsystem|testumgebung|testserver|staging|sandbox|entwicklungsumgebung|testkonto|abnahmesystem",
    ),
    "own network": (
        "mein|meine|unser|bei_mir_das internet|wlan|router|laptop|handy ~2",
    ),
    "sales talk": (
        "kredit|gewinnspiel|newsletter|angebot_gültig|rabattaktion|investieren|stellenangebot|kooperation|"
        "werbung|krypto",
    ),
    "only a test": (
        "nur_ein_test|dies_ist_ein_test|das_ist_ein_test|testnachricht|bitte_ignorieren|test_test|nur_spaß|"
        "scherz|aprilscherz",
    ),
    "resolved": (
        "geht|läuft|funktioniert|klappt|lädt|gehen|laufen|funktionieren ~2 wieder",
        "ist|sind|war ~2 wieder ~1 da|online|erreichbar|normal|alles|gut|jetzt|ok|in_ordnung|verfügbar",
        "wieder ~1 da|online|erreichbar|normal|ok|okay|in_ordnung|gut|hergestellt",
        "geht|läuft|funktioniert|klappt ~1 jetzt|nun|inzwischen|mittlerweile ~1 wieder|alles?",
        "hat_sich_erledigt|hat_sich_geklärt|erledigt|gelöst|behoben|fehlalarm|falscher_alarm|mein_fehler|"
        "vergesst_es|vergiss_es|war_mein_fehler|schon_gut|alles_gut|alles_ok|alles_okay|alles_in_ordnung|"
        "doch_nicht|selbst_gefunden|repariert|gefixt|gefunden",
        "nicht_mehr ~1 down|kaputt|langsam|ausgefallen|betroffen",
        "problem|fehler|störung ~2 weg|vorbei|verschwunden|behoben|gelöst|beseitigt",
        "jetzt|nun ~1 geht|läuft|funktioniert ~1 es|alles|wieder",
    ),
    "works for me": (
        "bei mir|uns ~1 geht|läuft|funktioniert|klappt", "geht|läuft|funktioniert bei mir|uns",
    ),
    "human": (
        "mit ~3 menschen|mitarbeiter|person|jemandem|support|techniker|mensch|berater|menschlichen|echten|"
        "jemanden ~2 sprechen|reden|telefonieren|chatten|verbinden|verbunden|mensch|menschen|person",
        "echten|echter|richtigen|menschlichen mensch|menschen|mitarbeiter|person|ansprechpartner|support",
        "rufen|ruft|rückruf|anrufen ~2 mich|uns|bitte|sofort|dringend|zurück",
        "ansprechpartner|rückruf|menschen_sprechen|kein_bot|keinen_bot|keinem_bot|nicht_mit_einem_bot",
        "kann|könnte|bitte ~1 jemand|ein_mensch|mensch ~4 anrufen|melden|ansehen|anschauen|schauen|kümmern|"
        "übernehmen|helfen",
    ),
    "injection": (
        "ignoriere|ignorier|ignorieren|vergiss|missachte|vergesse ~5 anweisung*|anweisungen|regeln|"
        "instruktionen|vorgaben|prompt",
        "systemprompt|system_prompt|schweregrad|du_bist_jetzt|sprachmodell",
        "markiere|klassifiziere|stufe|bewerte|setze ~4 als|auf",
    ),
    "not a signal": (
        "kein_problem|keine_probleme|fehlerfrei|fehlermeldung_text|vielen_dank_für_die_hilfe|"
        "danke_für_die_hilfe|danke_für_eure_hilfe|danke_für_ihre_hilfe|danke_für_deine_hilfe|"
        "mit_freundlichen|problemlos|herunter|nicht_nur",
    ),
    "doubt": (
        "kann|könnte|könnt|wird|würde|gibt_es|ist|sind|habt|haben|hat",
    ),
    "no doubt": (
        "warum|wieso|jemand|noch_jemand|auch|wieder|schon_wieder|immer_noch|was_ist_los|wann|bitte|niemand|"
        "keiner|seit|bekannt|gerade",
        "was_ist_passiert|was_ist_da_los|passiert_gerade",
    ),
    "transparent": (
        "ein|eine|einen|der|die|das|mehr|wirklich|sehr|so|ganz|komplett|ist|sind|war|wurde|wurden|gibt|es|"
        "zu|aktuell|gar|mal|etwa|größeren|größere|echten|echter|daten|kunden|unsere|meine|haben|hat|als",
    ),
    "relapse": (
        "wieder|erneut|nochmal ~1 weg|down|kaputt|ausgefallen|offline|tot|da_das_problem",
        "doch_nicht|zu_früh_gefreut|immer_noch_nicht|problem ~2 wieder",
    ),
    "trouble": (
        "nicht|nichts|kein|keine|keinen|niemand|keiner|keinem|tot|weg|verloren|kaputt|leer|steht|chaos|"
        "katastrophe",
    ),
}
