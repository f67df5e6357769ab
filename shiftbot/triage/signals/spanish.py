"""Spanish signals, in the notation of `shiftbot.triage.pattern`."""

# fmt: off

MACROS = {
    "es_sys": (
        "sitio|página|pagina|web|app|aplicación|servidor|servidores|sistema|sistemas|servicio|servicios|"
        "plataforma|portal|tienda|base_de_datos|api|producción|todo|red|panel|programa|software|login|"
        "checkout|backend"
    ),
    "es_data": (
        "datos|registros|pedidos|archivos|documentos|facturas|clientes|contactos|proyectos|mensajes|"
        "cuentas|fotos|copias|notas|reservas|citas|productos|todo|historial|base_de_datos|tablas|"
        "información|trabajo|órdenes|usuarios|inventario|cuenta"
    ),
    "es_pay": (
        "pago|pagos|checkout|cobro|cobros|tarjeta|tarjetas|paypal|transacción|transacciones|compra|compras|"
        "pasarela|transferencia|caja"
    ),
    "es_cannot": (
        "no_puedo|no_podemos|no_se_puede|no_pueden|no_puede|no_me_deja|no_nos_deja|no_logro|no_logramos|"
        "no_consigo|imposible|no_pude|no_pudimos|no_deja|no_permite"
    ),
}

WORDS: dict[str, tuple[str, ...]] = {
    "outage": (
        "{es_sys} ~4 caído|caída|caídos|caídas|cayó|cae|caen|muerto|muerta|offline|abajo|colapsó|colapsado|"
        "fuera_de_servicio|fuera_de_línea|inaccesible|tirado|tirada|murió|reventó",
        "se cayó|ha_caído|cayeron|han_caído|cae ~4", "está|están|estamos ~2 caído|caída|caídos|caídas",
        "caída|corte|interrupción ~1 del|total|general|de|masiva ~2 {es_sys}|servicio",
        "apagón|caída_total|caída_general", "nada ~2 funciona|carga|abre|responde|anda|va",
        "no ~1 funciona|carga|anda|va|abre nada", "nadie ~3 puede|logra|entra|accede|consigue",
        "todo ~3 caído|roto|muerto|parado|se_cayó|falla|en_llamas|ardiendo",
        "{es_cannot} ~1 acceder|entrar|abrir|cargar ~4 {es_sys}",
        "{es_sys} ~3 no ~1 responde|disponible|accesible|en_línea", "en_llamas|incendio",
        "dejó|dejaron de_funcionar|funcionar|responder ~2 todo",
        "otra_vez|de_nuevo|nuevamente ~1 caído|caída|caídos|caídas|abajo",
        "ningún|ninguno ~2 puede|logra|entra|accede|funciona",
    ),
    "server error": (
        "error|código|estado ~2 500|502|503|504", "500|502|503|504 error",
        "pantalla|página blanca|negra|en_blanco|vacía|azul",
        "{es_sys} ~3 no ~1 carga|abre|funciona|responde|arranca|anda|inicia|va",
        "certificado ~3 caducado|vencido|expirado|inválido",
        "se_queda ~2 blanco|cargando|negro|pensando|colgado|colgada", "conexión ~1 rechazada",
        "no ~1 carga|abre ~2 página|web|sitio",
        "no|sin ~1 hay|tenemos|tengo ~1 conexión|sistema|servicio|acceso|internet",
        "fuera_de_servicio|sin_servicio|sin_sistema|sin_conexión|error_de_conexión",
        "no ~1 está ~1 disponible|accesible", "no responde|conecta",
    ),
    "cannot get in": (
        "{es_cannot} ~1 entrar|acceder|iniciar|ingresar|loguear*|conectar*|iniciar_sesión|entramos|accedo|"
        "logear*",
        "no ~1 puedo|podemos|pueden|puede ~1 entrar|acceder|iniciar|ingresar|loguear*|conectar*",
        "inicio_de_sesión|login|acceso ~3 no|falla|error|roto|fallando|imposible",
        "bloqueado|bloqueada|bloqueados ~2 cuenta|fuera|acceso|usuario",
        "no ~1 acepta|reconoce ~2 contraseña|clave", "me|nos echa|expulsa|saca|desconecta|bloqueó",
        "sin_acceso",
    ),
    "data loss": (
        "{es_data} ~4 desaparecido|desaparecidos|desaparecieron|desapareció|desaparecida*|borrado|borrados|"
        "borró|borraron|borradas|perdido|perdidos|perdieron|perdió|perdidas|eliminado|eliminados|eliminó|"
        "eliminaron|eliminadas|esfumado|esfumaron|corrupt*|dañad*|vacía|vacío|sobrescrit*",
        "desaparecido|desaparecieron|desapareció|borrado|borró|borraron|perdido|perdimos|perdí|perdió|"
        "perdieron|eliminado|eliminó|eliminaron|esfumaron|esfumó ~4 {es_data}",
        "pérdida|corrupción de datos|información", "hemos|he perdido|perdimos ~3", "dónde están ~3 {es_data}",
        "todo ~2 borrado|perdido|desaparecido|desapareció|borró",
        "perdió|perdieron|borró|borraron|desapareció ~1 la|los|las|toda|todos? ~1 {es_data}",
    ),
    "wrong data": (
        "datos|números|cifras|precios|montos|totales|saldos|saldo|valores|importes ~3 incorrect*|errón*|"
        "equivocad*|mal|duplicad*|mezclad*|incoheren*",
        "faltan|falta ~3 {es_data}", "no ~2 guarda|guardan|guardó|guardar|guardado|guardaron",
        "incorrect*|duplicad* ~1 {es_data}",
    ),
    "security": (
        "hackear*|hackead*|hackeo|hackearon|hacker*|jaquead*|pirateado|pirateada|piratearon|filtración|"
        "filtrado|filtrada|filtrados|filtraron|fuga_de_datos|brecha|vulnerabilidad*|vulnerad*|robado|"
        "robada|robaron|robados|robó|ransomware|malware|intruso*|comprometid*|fallo_de_seguridad|"
        "agujero_de_seguridad|problema_de_seguridad|incidente_de_seguridad|suplant*",
        "veo|vemos|ver|ve|ven|aparecen|muestra|muestran|accedo|acceder|salen|sale ~4 datos|pedidos|"
        "facturas|cuenta|cuentas|información|perfil|perfiles ~2 otro|otros|otra|otras|ajeno*|demás",
        "otro|otros|otra|otras|ajena|ajenas ~1 cliente|clientes|usuario|usuarios|persona|personas|cuenta|"
        "empresa|empresas",
        "cualquiera ~3 ver|acceder|entrar|leer|descargar",
        "alguien ~4 cuenta|accedió|entró|cambió|contraseña",
        "contraseñas|datos|claves|credenciales ~4 expuest*|públic*|visible*|texto_plano|a_la_vista",
        "sin ~1 contraseña|autenticación|autenticar*|iniciar_sesión|permiso|autorización", "no_autorizad*",
        "desconocid*|extraño|alguien ~4 entró|accedió|cambió|usó|compró|inició", "no ~1 fui|hice yo",
    ),
    "security worry": (
        "phishing|estafa|fraude|sospechos*|virus|ataque|atacando|spam_desde|insegur*|acceso_desconocido",
    ),
    "payment failure": (
        "cobr*|cargo*|cargaron|factur*|debit*|pag* ~4 dos_veces|doble|2_veces|tres_veces|varias_veces|"
        "duplicad*|repetid*|2x|por_duplicado",
        "doble|duplicado|dobles|duplicados cobro|cargo|pago|cargos|cobros|factura*",
        "cobr*|debit*|cargaron ~5 sin|aunque|pese|cancel*|de_más|incorrect*|de_mas",
        "{es_pay} ~4 no|falla|fallan|fallando|error|rechaza*|bloquead*|fallido|fallidos|cuelga|roto|caído",
        "no|imposible ~3 pagar|comprar|cobrar|completar|finalizar|procesar",
        "{es_cannot} ~2 pagar|comprar|cobrar|completar|finalizar|procesar|pedir",
        "dinero ~4 desaparec*|no|falta|perdido|descontado|descontaron",
        "pagué|pagado|pagamos ~6 no|nada|sin|pero|nunca",
        "pedidos|órdenes ~3 no ~2 entran|procesan|llegan|pasan|funcionan",
        "no ~2 acepta|procesa|pasa|pasan ~2 {es_pay}",
        "cargado|cobrado|cobraron|cargaron|facturado ~1 el|por doble|doble",
        "ningún|ninguno|nadie ~2 puede|logra|consigue ~1 comprar|pagar|pedir",
    ),
    "payment trouble": (
        "factura* ~4 incorrect*|error|falta|mal|no|equivocad*", "reembols*|devolución|devuelvan",
        "tarjeta ~3 rechazada", "cupón|descuento|código ~3 no", "pedido ~4 no|nunca",
    ),
    "core broken": (
        "dejó|dejaron|ha_dejado|dejo de funcionar|cargar|enviar|responder|sincronizar",
        "ya_no ~1 funciona|carga|abre|anda|va|funcionan|responde|puedo|podemos",
        "sigue|siguen|aún|todavía|otra_vez ~2 sin_funcionar|roto|rota|fallando|caído|no_funciona|mal|falla|"
        "igual|error",
        "totalmente|completamente rot*|inservible|inutilizable",
        "correos|emails|mensajes|notificaciones|sms ~3 no ~2 llegan|envían|salen|enviaron",
        "no ~2 funciona ~2 nada|absolutamente|desde",
    ),
    "broken": (
        "no ~2 funciona|funcionan|funcionando|carga|cargan|abre|abren|responde|responden|anda|va|arranca|"
        "inicia|sirve|sincroniza|descarga|imprime|muestra|envía|aparece|aparecen|llega|llegan|reacciona|"
        "conecta|exporta|importa|sube|deja",
        "roto|rota|rotos|averiad*|estropead*|falla|fallan|fallando|falló|fallo|fallos|se_cuelga|colgad*|"
        "se_cierra|se_congela|congelad*|se_traba|trabad*|crashea|bloquead*|atascad*|tronó",
        "{es_cannot} ~3", "da|dan|sale|salen|lanza|muestra|aparece|devuelve|marca|tira ~2 error|errores",
        "no ~1 pasa|hace|ocurre nada", "mensaje_de_error",
    ),
    "glitch": (
        "error|errores|problema|problemas|bug|raro|extraño|incorrect*|mal|falta|faltan|inconveniente*|"
        "dificultad*|ayuda|ayúdenme|ayuden|auxilio",
    ),
    "cosmetic": (
        "errata|ortografía|ortográfico|tipografía|alineación|desalinead*|color|tilde|espaciado",
    ),
    "unusable": (
        "inutilizable|inusable|insoportable", "extremadamente|increíblemente|demasiado|súper|lentísim* lent*",
        "lentísim*", "tarda|demora|tardan ~3 minutos|horas|siglos|eternidad|una_vida",
        "carga|cargando eternamente|infinit*",
    ),
    "slow": (
        "lento|lenta|lentos|lentas|lentitud|tarda|tardan|demora|demoras|retras*|latencia|despacio",
    ),
    "many people": (
        "todos|todas|muchos|muchas|varios|varias|toda|todo|cientos|miles|nuestros|mis|ningún|los ~2 "
        "clientes|usuarios|empleados|equipo|empresa|oficina|tiendas|compañeros|sucursales|personas|gente|"
        "nosotros|pacientes|alumnos|sedes",
        "nadie|a_todos|todos_nosotros|todo_el_mundo|en_producción|producción|en_todas_partes|compañeros|"
        "colegas",
        "todos ~2 afectad*|igual", "clientes ~3 no|quejan|llaman|quejando|pueden|molestos",
    ),
    "business impact": (
        "perdiendo|perdemos|cuesta|costando|pierde ~3 dinero|ventas|clientes|ingresos|plata",
        "clientes ~3 quejan|quejando|furiosos|enojados|molestos|enfadados|llamando|esperando",
        "parad*|paralizad*|detenid* ~3 operación|negocio|trabajo|ventas|producción|todo|empresa",
        "no ~1 podemos|puedo|pueden ~1 trabajar|vender|operar|facturar|atender",
        "abogad*|demanda|acciones_legales",
    ),
    "urgency": (
        "urgente|urgentemente|urgencia|urge|emergencia|inmediato|inmediatamente|cuanto_antes|"
        "lo_antes_posible|ya_mismo|ahora_mismo|crítico|crítica|grave|asap|rápido|prioridad|de_inmediato|"
        "sos|auxilio|por_favor_ayuda|bloqueante|socorro",
    ),
    "deadline": (
        "plazo|fecha_límite|presentación|lanzamiento|cierre|entrega ~2 hoy|mañana|en|es|esta",
        "antes_de|para ~1 mañana|hoy|mediodía|lunes|noche", "en ~1 hora|horas|minutos",
    ),
    "same here": (
        "a mí|nosotros|mi también|tampoco|igual", "yo|nosotros también|tampoco|igual",
        "lo_mismo|aquí_también|aquí_igual|mismo_problema|mismo_error|me_pasa_igual|acá_también|confirmo",
    ),
    "alarm": (
        "otra_vez|de_nuevo|todavía|aún|sigue|siguen|mierda|joder|carajo|desde_hace_horas|desde_ayer|"
        "llevamos_horas|genial|desde_esta_mañana",
    ),
    "feature request": (
        "sería ~2 genial|bueno|útil|bonito|ideal|estupendo|interesante|mejor|bien|excelente",
        "podrían|podrías|pueden|podéis ~2 añadir|agregar|incluir|implementar|incorporar",
        "me_gustaría|nos_gustaría|estaría_bien|estaría_bueno|sugerencia|sugiero|propuesta|ojalá|"
        "modo_oscuro|nueva_función|funcionalidad",
        "añadir|agregar|añadan|agreguen ~2 opción|función|modo|soporte", "planean|planes|tienen_previsto",
    ),
    "how to": (
        "cómo puedo|se|hago|podemos|puede|cambio|configuro|exporto|elimino|agrego|creo|funciona|hacer|"
        "cambiar|exportar|obtengo|descargo|importo|invito|cancelo|activo",
        "como puedo|se|hago|cambio|configuro|exporto|agrego", "dónde|donde está|puedo|encuentro|se|veo|están",
        "cuánto|cuántos|cuál|cuáles|qué_es|qué_significa|hay_alguna|hay_manera|es_posible|se_puede|tienen|"
        "una_pregunta|pregunta|consulta|duda|quisiera_saber|me_pueden_decir|horario|precio|por_qué|cuándo|"
        "existe|soportan|manual|documentación",
        "olvidé ~2 contraseña|clave", "cambiar|restablecer ~2 contraseña|correo",
    ),
    "complaint": (
        "pésimo|terrible|horrible|malo|decepcion*|inaceptable|vergüenza|molest*|frustr*|harto|harta|"
        "insatisfech*|asco|basura|desastre",
    ),
    "praise": (
        "excelente|genial|fantástico|maravillos*|encanta|felicidades|felicitaciones|buen_trabajo|increíble|"
        "estupendo",
    ),
    "hypothetical": (
        "qué|que pasa|pasaría|sucede|ocurre|hago|hacemos|pasará|ocurriría ~2 si|cuando|en_caso",
        "si ~4 cayera|cae|fallara|perdiera|perdieran|hackearan|llegara|hubiera|cayese",
        "en_caso_de|supongamos|hipotétic*|imagina|imaginemos|mantenimiento_programado|"
        "mantenimiento_planificado|plan_de_contingencia|política",
        "cómo|como ~1 protegen|evitan|manejan|gestionan|garantizan|previenen|avisan|actúan ~4",
        "tienen|ofrecen|hacen ~2 copias|respaldo*|protección|garantía|backup*|plan",
    ),
    "past": (
        "estuvo|estaba|fue|hubo|tuvimos|cayó|tuve|falló ~6 ayer|anoche|semana_pasada|hace_días|antes|"
        "anteayer|esta_mañana|un_momento",
        "ayer|anoche|anteayer|semana_pasada ~3 estuvo|estaba|hubo|tuvimos|cayó|falló",
    ),
    "calm": (
        "no|nada|sin|ninguna ~2 urgente|urgencia|prisa|grave|crítico|importante|apuro|apura",
        "cuando_puedan|cuando_tengan_tiempo|cuando_puedas|con_calma|no_hay_prisa|sin_prisa|sin_apuro|"
        "detalle_menor|menor|pequeño|pequeña|baja_prioridad|puede_esperar|solo_para_informar|a_veces|"
        "de_vez_en_cuando|solo_a_mí|tranquil*|para_su_información",
    ),
    "test system": (
        "entorno_de_pruebas|servidor_de_pruebas|ambiente_de_pruebas|staging|sandbox|desarrollo|"
        "cuenta_de_prueba|preproducción",
    ),
    "own network": (
        "mi|nuestro internet|wifi|router|celular|móvil|conexión",
    ),
    "sales talk": (
        "criptomonedas|cripto|invertir|inversión|gana_dinero|ganar_dinero|oferta_especial|descuentos|"
        "sorteo|préstamo*|suscríbete|promoción|boletín|newsletter|vacante",
    ),
    "only a test": (
        "es_una_prueba|esto_es_una_prueba|mensaje_de_prueba|solo_una_prueba|ignoren_esto|solo_probando|"
        "es_broma|simulacro|probando_probando|por_favor_ignorar",
    ),
    "resolved": (
        "ya funciona|funcionan|carga|anda|está|va|quedó|entra|puedo|podemos|pude|volvió|responde|abre ~2 "
        "bien|entrar|solucionado|resuelto|acceder|todo?",
        "funciona|funcionando|anda|carga|va ~2 de_nuevo|otra_vez|nuevamente|ahora|bien|perfecto|normal|"
        "correctamente|perfectamente",
        "solucionado|solucionada|resuelto|resuelta|arreglado|arreglada|solucionó|resolvió|arregló|"
        "restablecid*|recuperado|recuperados|falsa_alarma|olvídenlo|olvídalo|no_importa|error_mío|"
        "fue_mi_error|mi_error|mi_culpa|todo_bien|todo_en_orden|volvió_la_normalidad|todo_normal|ya_está",
        "no está|están ~1 caído|caída|caídos|roto", "volvió|volvieron ~3 normalidad|funcionar|línea|la|el",
        "ya_no ~2 falla|error|problema|problemas|caído|pasa|ocurre|lento",
    ),
    "works for me": (
        "a|para mí|mi|nosotros|nos ~2 funciona|carga|va|anda", "me|nos funciona|carga|va|anda",
    ),
    "human": (
        "hablar|comunicar*|conectar*|contactar|chatear|atienda|atender ~3 humano|humana|persona|agente|"
        "alguien|operador|soporte|técnico|ingeniero|supervisor|representante",
        "persona|humano|agente real|humano|humana|de_verdad",
        "quiero|necesito|pásenme|pasame|con ~3 humano|agente|operador|persona_real|representante|supervisor",
        "llámenme|llamenme|llámame|me_llame|me_llamen|llamen|que_alguien_me|no_un_bot|no_quiero_un_bot|"
        "no_con_un_bot",
        "puede|podría ~1 alguien ~3 llamar*|ayudar*|revisar|atender*|contactar*",
    ),
    "injection": (
        "ignora|ignore|ignoren|olvida|omite|descarta ~5 instrucciones|reglas|prompt|anteriores|indicaciones",
        "prompt_del_sistema|eres_ahora|ahora_eres|modelo_de_lenguaje|severidad",
        "marca|clasifica|establece|pon ~4 como|a",
    ),
    "not a signal": (
        "no_hay_problema|sin_problema|sin_problemas|ningún_problema|gracias_por_la_ayuda|"
        "gracias_por_su_ayuda|gracias_por_tu_ayuda|no_solo|cargo_de|a_cargo",
    ),
    "doubt": (
        "puede|podría|tienen|hay|es|está|están|se",
    ),
    "no doubt": (
        "por_qué|alguien|también|otra_vez|de_nuevo|sigue|qué_pasa|cuándo|nadie|desde|soy_el_único|por_favor",
    ),
    "transparent": (
        "es|está|hay|fue|son|un|una|el|la|los|las|se|ha|han|más|muy|tan|tenemos|tengo|ningún|ninguna|lo|"
        "parece|que|de|datos|creo|esté",
    ),
    "relapse": (
        "otra_vez|de_nuevo|nuevamente ~1 caído|caída|roto|falla|mal|no",
        "volvió|volvieron a caer*|fallar|caerse", "hablé_demasiado_pronto|sigue_igual",
    ),
    "trouble": (
        "no|nada|nadie|sin|ninguno|muerto|perdido|roto|caído|mal|desastre|vacío|vacía",
    ),
}
