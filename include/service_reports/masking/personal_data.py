"""Takes personal data out of texts that people wrote at the help desk.

The execution documents of a public contract get published, so only what is known to be harmless stays: words
of the Spanish dictionary, what the platform's field says besides (``known_words``), counts, percentages, dates, and
what the caller names. Everything else is hidden: first what has a form of its own (addresses, plates, accounts),
then each word that is nowhere known, and each that is a name of persons where it stands like one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection
from functools import lru_cache

from service_reports.masking.known_words import folded, is_ordinary, is_verb, of
from service_reports.masking.names_in_texts import without_names

E_MAIL_MARK = "[correo]"
PHONE_MARK = "[teléfono]"
IDENTITY_MARK = "[identificación]"
PLATE_MARK = "[placa]"
AMOUNT_MARK = "[valor]"
PERSON_MARK = "[persona]"
ADDRESS_MARK = "[dirección]"
LINK_MARK = "[enlace]"
ACCESS_MARK = "[acceso]"
DATE_MARK = "[fecha]"
UNKNOWN_MARK = "[reservado]"
MARKS = (
    E_MAIL_MARK,
    PHONE_MARK,
    IDENTITY_MARK,
    PLATE_MARK,
    AMOUNT_MARK,
    PERSON_MARK,
    ADDRESS_MARK,
    LINK_MARK,
    ACCESS_MARK,
    DATE_MARK,
    UNKNOWN_MARK,
)

REQUEST_CODE = re.compile(r"Solicitud BH-[0-9A-F]{6}")
"""What stands for a request of the hour bank whose words a contract keeps inside."""
JOINT = r"(?:\s?[-–—/]\s?|\s|[.,·'_])?"
"""What may stand between two digits of one number."""
CONNECTIVES = (
    r"(?:\s+(?:con|de|del|el|es|la|los|las|y|cobro|pago|ahorros?|corriente|catastral|inmobiliaria|ciudadan[íi]a"
    r"|extranjer[íi]a|identidad|profesional|venta|n[úu]meros?|nro|no|nos|num|bancolombia|davivienda|bbva|banco)\b)*"
    r"\.?\s*[:#°º]?\s*"
)
"""What may stand between the name of a thing and its number: ``placa con el No.``."""
YEAR = r"(?:19|20)\d{2}"
MONTH = r"(?:0?[1-9]|1[0-2])"
DAY = rf"(?:{YEAR}-[01]\d-[0-3]\d|[0-3]?\d([-/.])[01]?\d\1{YEAR})"
KEPT = re.compile(
    r"(?<!\d)(?<!\d[-–./])"
    rf"(?:{DAY}|{YEAR}[-/]{MONTH}|{MONTH}[-/]{YEAR}"
    rf"|{YEAR}(?:\s?[-–—,/]\s?{YEAR}|\s{YEAR})+)"
    r"(?!\d)(?![-–./]\d)"
)
"""Dates, months and enumerated years: digits that name nobody."""
BIRTH = re.compile(
    r"\b((?:f(?:echa|ec|\.)?\s*(?:de\s+)?nac(?:imiento|to|\.)?|nacid[oa]s?|naci[óo]|f\.?\s?n\.?|cumple(?:años)?)\b\W{0,3}(?:(?:el|en|d[íi]a|es)\s+)*)"
    rf"(?:{YEAR}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/. ]\d\d?[-/. ](?:{YEAR}|\d\d)"
    rf"|\d\d?\s+de\s+[a-z]+(?:\s+(?:de|del)\s+\d{{2,4}})?|{YEAR})",
    re.IGNORECASE,
)

BIRTH_WORD = re.compile(r"\b(?:fecha_?\s?(?:de\s+)?nac\w*|f_?nac\w*|nacimiento|nacid[oa]s?|naci[óo])\b", re.IGNORECASE)
ANY_DATE = re.compile(
    rf"(?<![\d/.-])(?:{YEAR}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.](?:{YEAR}|\d\d)|\d\d?\s+de\s+[a-z]+\s+del?\s+{YEAR})(?!\d)",
    re.IGNORECASE,
)
NEAR_A_BIRTH = 80
"""So many characters after a word of birth, within its paragraph, a date is one of birth."""

FEW_DIGITS = r"(?:\d{1,3}[.,]\d{3}|\d{1,5})"
COUNT = re.compile(
    r"(?<![\w$.,'’/·-])(?<!\d\s)(?P<number>\d{1,3}(?:[.,]\d{3})|\d[.,]\d{3}[.,]\d{3}|\d{1,5})(?P<of>\s+de\s+|\s+)(?P<thing>[^\W\d_]+)"
)
"""A number and what it counts, a plural."""
NO_THINGS = frozenset(
    {
        "anos",
        "centavos",
        "dolares",
        "euros",
        "intereses",
        "las",
        "los",
        "mas",
        "menos",
        "miles",
        "millones",
        "pesos",
        "pues",
        "sus",
        "tras",
        "unos",
        "unas",
    }
)
NUMBERED = re.compile(
    r"\b(?:acuerdos?|art[íi]culos?|asientos?|casillas?|casos?|cdps?|c[óo]digos?|ciiu|circular(?:es)?|comprobantes?"
    r"|conceptos?|crps?|cuotas?|cxp|decretos?|egresos?|error(?:es)?|etapas?|facturas?|fases?|filas?|formatos?"
    r"|formularios?|grados?|http|ingresos?|l[íi]neas?|ley(?:es)?|lotes?|niveles|nivel|notas?|novedad(?:es)?|numeral(?:es)?"
    r"|oficios?|ora|[óo]rden(?:es)?|otros[íi]|pasos?|per[íi]odos?|puertos?|recibos?|registros?|rengl[óo]n(?:es)?|reportes?"
    r"|resoluci[óo]n(?:es)?|rps?|sector(?:es)?|sqlstate|tickets?|versi[óo]n(?:es)?|vigencias?)"
    r"(?:\s+(?:de|del|la|el|las|los|pago|cobro|caja|compra|egresos?|ingresos?|diario|contable|error|ciiu|nos?|nro|n[úu]mero"
    r"|n[°º])\b)*[.:]?\s*[#\[-]?\s*"
    rf"(?P<numbers>{FEW_DIGITS}(?:(?:\s*,\s*|\s+[yea]\s+|\s*[-–/]\s*){FEW_DIGITS})*)(?![.,'’-]?\d|\s\d{{3}}\b)",
    re.IGNORECASE,
)
"""What is numbered and nobody's, with its numbers of up to five digits."""
BUDGET_CODE = re.compile(r"(?<![\w.,-])[1-9](?:\.\d{1,2}){2,}(?:\.\d{1,3})*(?![\w]|[.,-]\d)")
"""A line of the budget or of the chart of accounts; what could also be the address of a machine needs a word for it."""
ACCOUNT_WORD = re.compile(
    r"\b(?:rubros?|cuentas?|subcuentas?|auxiliar(?:es)?|plan\s+de\s+cuentas|cat[áa]logo|c[óo]digos?|ccpet|puc)\b[^.;\n]{0,30}$",
    re.IGNORECASE,
)
LEDGER_ACCOUNT = re.compile(
    r"\b((?:sub)?cuentas?|auxiliar(?:es)?|puc)(\s+(?:contables?|puc|n[úu]mero|nro\.?|no\.?|la|las|y|auxiliar))*\s+(?P<numbers>[1-9](?:\d{3}|\d{5})"
    r"(?:(?:\s*,\s*|\s+[yea]\s+)[1-9](?:\d{3}|\d{5}))*)(?![\w]|[.,'’-]?\d|\s?[-–]\s?\d)",
    re.IGNORECASE,
)
"""An account of the ledger, of four or six digits."""
LEDGER = re.compile(
    r"\b(?:contab\w*|balances?|asientos?|comprobantes?|causa\w*|d[ée]bitos?|cr[ée]ditos?|puc|libro\s+(?:mayor|auxiliar))\b",
    re.IGNORECASE,
)
"""Words of bookkeeping: without one in the text, an account may be somebody's."""
TAX_UNIT = re.compile(
    r"\b((?:uvt|smmlv|smlmv|smlv|salario\s+m[íi]nimo)\b(?:\s+(?:del?|a[ñn]o|a|en|es|por|vale|vigente|"
    + YEAR
    + r"))*\s*[:=]?\s*)(\$?\s?\d{2}\.\d{3}|\$?\s?1\.\d{3}\.\d{3})(?![.,]?\d)",
    re.IGNORECASE,
)
"""What the state sets each year and publishes."""

VERSION = re.compile(r"\b(?:versi[óo]n|release|v)\.?\s?\d+(?:\.\d+)+", re.IGNORECASE)
MAIL_PART = r"[^\s@<>()\[\],;:]{1,80}"
AT = r"(?:\s+(?:arroba|at)\s+|\s*[(\[{<]\s*(?:at|arroba|@)\s*[)\]}>]\s*)"
DOT = r"(?:\s+(?:punto|dot)\s+|\s*[(\[{<]\s*(?:punto|dot|\.)\s*[)\]}>]\s*)"
E_MAIL = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,80}}?_(?:arroba|at)_[\w.-]{{1,80}}|<?\b{MAIL_PART}\s?@\s?[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,8}}>?"
    rf"|<?{MAIL_PART}@{MAIL_PART}>?"
    rf"|(?<![\w.+-])(?:[\w.+-]{{1,40}}{DOT}){{0,4}}[\w.+-]{{1,80}}{AT}[\w-]{{1,63}}(?:(?:{DOT}|\.)\w{{1,63}}){{0,6}}",
    re.IGNORECASE,
)
OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
LINK = re.compile(
    r"\b(?:https?|ftps?|sftp|file|ssh|smb)\s?:\s?[/\\]{2}\S+|\bwww\.\S+|\\\\[\w.-]+(?:\\\S*)?|\b[A-Z]:\\\S+"
    r"|(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,8}(?:com|co|net|org|gov|edu|mil|info|io|app|biz|me|ly|gl|example|local|lan|meet|us|es)(?:\.[a-z]{2})?\b"
    rf"(?::\d+)?(?:/\S*)?|(?<![\w.-])[a-z][\w-]{{0,62}}(?:\.[a-z][\w-]{{0,62}}){{1,8}}/\S*|(?<![\w.])(?:{OCTET}\.){{3}}{OCTET}(?![\w.]|\s?-\s?\d)(?::\d+)?(?:/\S*)?",
    re.IGNORECASE,
)
ACCESS_NAMED = (
    r"usuarios?|users?|usr|login|logueo|claves?|contrase[ñn]i?as?|passwords?|passwd|pass|pwd|pin|tokens?|otp"
    r"|c[óo]digo\s+de\s+(?:verificaci[óo]n|acceso|seguridad)|skype|any\s?desk|team\s?viewer|id\s+remoto|ultraviewer|nick"
)
NO_ACCESS = re.compile(
    r"(?:[aeoyu]|al?|con|de|del|el|ella|en|es|est[áa]n?|fue|ha|la|las|le|les|lo|los|me|mi|mis|muy|ni|no|nos|o|para|pero|por"
    r"|que|qué|se|si|sin|son|su|sus|te|todos?|todas?|un|una|ya|(?:in)?correct[ao]s?|(?:in)?v[áa]lid[ao]s?|err[óo]ne[ao]s?"
    r"|errad[ao]s?|mal[ao]?|bien|bloquead[ao]s?|vencid[ao]s?|nuev[ao]s?|temporal(?:es)?|obligatori[ao]s?|requerid[ao]s?"
    r"|inactiv[ao]s?|activ[ao]s?|inexistentes?|diferentes?|igual(?:es)?|\[[^\]]*\])[.,;:!?)]*",
    re.IGNORECASE,
)
ACCESS_TOLD = re.compile(
    rf"\b((?:{ACCESS_NAMED})(?:\s+[^\W\d_]+){{0,4}}?\s*(?:[:=]|\b(?:es|era|son|ser[íi]a)\b\s*:?)\s*[\"“'«]?)([^\s\"”'»]+)",
    re.IGNORECASE,
)
ACCESS_SEEN = re.compile(
    rf"\b((?:{ACCESS_NAMED})\b(?:\s+(?:de|del|la|el|en|para|con|id|temporal|nueva|actual|anterior|asignad[ao]|no|n[úu]mero|y"
    r"|windows|red|dominio|sistema|oracle|base|datos|correo|vpn|wifi|equipo|plataforma|portal|aplicativo|acceso)\b)*[\s/#-]+[\"“'«]?)"
    r"((?=[^\s,;]*[\d_@*#$!%&+=?])[^\s,;\"”'»]{3,}(?:\s\d{2,4}\b)*|[a-z]+(?:\.[a-z]+)+\b)",
    re.IGNORECASE,
)
"""A user or a password after its name: with a sign between them, or seen by its digits and signs."""

SECRET_WORD = re.compile(
    r"(?<![\w.-])(?:admin|administrador|root|sysadmin|sysdba|users?|usr|usuario|invitado|soporte|cajero|consulta)\d{1,4}(?!\w)|"
    r"(?<![^\s\"“'«(:=])(?=[^\s]{0,60}[^\W\d_])(?=[^\s]{0,60}\d)[\w.-]{0,60}(?:[*#$&+=]+|[!?¡¿]+(?=\w|!*(?=\s|$)))[\w*#$!&+=?.-]{0,60}(?<![.,;:?])"
    r"|(?<![\w.-])[^\W\d_]{4,}\d{3,}[*#$!&+=]*(?![\w-])"
)
"""Letters and digits with a sign among them, or a word that a number is glued to: few things but passwords are."""
NO_SECRET = frozenset(
    {
        "ano",
        "vigencia",
        "predial",
        "ica",
        "reteica",
        "recibo",
        "factura",
        "formato",
        "version",
        "windows",
        "error",
        "sector",
        "ticket",
    }
)

SPELLED_DIGIT = (
    r"(?:cero|un[oa]?|dos|tr[eê]s|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|diec[íi]\w+|veint\w+|"
    r"treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|ciento|\w+cient[oa]s|quinient[oa]s|mil|"
    r"mill[óo]n|millones)"
)
SPELLED = rf"(?:{SPELLED_DIGIT}|y)"
STREET_WORD = r"(?:calles?|carreras?|diagonal|transversal|avenida|autopista|circular|kil[óo]metro)"
STREET = (
    rf"(?:{STREET_WORD}|cl?le?|cra|crr|cr|kra|kr|k|diag|dg|transv|trans|tranv|trv|tv|avda|av|circunvalar|callej[óo]n|pasaje"
    r"|ac|ak|km)"
)
PART = (
    r"(?:apartamentos?|apto|apt|ap|casas?|cs|torre|tr|bloque|bl|bq|interior|int|local|lc|oficina|ofc|of|piso|p|manzana|mza"
    r"|mz|parcela|lote|lt|etapa|edificio|ed|conjunto|unidad)"
)
NUMBER_SIGN = r"(?:(?:#|\bn[°º]?\.?|\bnos?\b\.?|\bnro\b\.?|\bn[úu]m(?:ero)?\b\.?)(?=\s*\d))"
LETTER = r"(?:(?:[a-z]|\s[b-df-hj-np-tv-xz]|\s[aeouy](?=\s*[-–#]\s*\d))(?![\w°º.]))"
"""A letter after a number: ``9 A`` could also begin ``a las``, but not before a dash and a number."""
HOUSE = rf"(?:\d{{1,4}}[ªº°]?{LETTER}?(?:\s?bis\b)?{LETTER}?(?!\w)|\d{{1,3}}(?:bis|[a-z]{{1,2}})\d{{0,3}}(?!\w))"
DIRECTION = r"(?:sur|norte|este|oeste|oriente|occidente|bis|esquina)"
SPELLED_STREET = rf"(?:{SPELLED}|n[úu]mero|no(?=\s+{SPELLED_DIGIT})|con|gui[oó]n|{DIRECTION}|{STREET_WORD}|[a-d])"
ADDRESS = re.compile(
    rf"\b{STREET}\b\.?\s*{NUMBER_SIGN}?\s*(?:{HOUSE}|\d{{1,3}}(?:ra|da|ta|a|na)\b)"
    rf"(?:[\s,.;]*(?:{NUMBER_SIGN}|[-–—](?=\s*\d)|\b(?:con|y)\b(?=\s*(?:{STREET}\b|\d|#))|\b{DIRECTION}\b"
    rf"|\b{STREET}\b\.?(?=\s*(?:{NUMBER_SIGN}\s*)?\d)|{HOUSE}|\bgui[oó]n\b(?=\s*\d)|\bv[íi]a\s+(?:a\s+)?(?:(?:el|la|los|las|san|santa|vereda|corregimiento)\s+){{0,2}}[^\W\d_]+(?:\s(?-i:[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+)){{0,2}}"
    rf"|\b{PART}\b\.?\s*(?:{NUMBER_SIGN}\s*)?(?:\d+{LETTER}?|[a-z]|\d+[a-z])\b))*"
    rf"|\b{STREET_WORD}\s+{SPELLED_DIGIT}\b(?:\s+{SPELLED_STREET}\b)*"
    r"|\b(?:manzana|mza|mz|m)\.?\s*[\da-z]{1,3}[\s,-]*\b(?:casa|cs|lote|lt|c|l)\.?\s*\d+(?:\s?[a-z])?\b"
    r"(?:[\s,]*\b(?:etapa|sector)\s*\d+)?"
    rf"|\b(?:apartamento|apto|apt|casa|cs)\b\.?\s*{NUMBER_SIGN}?\s*\d+(?:\s?-?\s?[a-z])?\b"
    r"(?:[\s,]*\b(?:torre|bloque|bl|tr|interior|int|etapa|piso)\b\.?\s*(?:\d+|[a-z]\b))*"
    r"|\b(?:torre|bloque)\s*\w{1,2}[\s,-]*\b(?:apartamento|apto|apt|ap|casa)\b\.?\s*\d+"
    rf"|(?:\b[a-z]{{1,5}}\.?\s*\d{{1,3}}\s?[a-z]?\s*)?#\s*\d{{1,3}}{LETTER}?\s*[-–]\s*\d{{1,3}}\b",
    re.IGNORECASE,
)
PLACE = re.compile(
    r"\b(?:veredas?|corregimientos?|barrios?|b/|fincas?|parcelaci[óo]n|urbanizaci[óo]n|urb\.?|condominio|resguardo|conj\.?|cjto\.?|res\."
    r"|caser[íi]o|ciudadela|conjunto(?:\s+residencial)?|unidad\s+residencial|edificio|sector)\s+"
    r"(?:(?:denominad[oa]|llamad[oa]|de\s+nombre)\s+)?[\"“«]?(?P<name>[^\W\d_]+\.?(?:[ ][^\W\d_]+\.?){0,6})",
    re.IGNORECASE,
)
"""A place of few houses and what follows: its name, or the rest of the sentence."""
HOUSE_TOLD = re.compile(
    r"\b((?:quedan?|viven?|vivo|residen?|resido|residente|ubicad[oa]s?|localizad[oa]s?|domiciliad[oa]s?)\s+)"
    r"(?:(?:al?|la|en|justo|frente|diagonal|lado|junto|detr[áa]s|cerca|contigu[oa]|arriba|abajo|dos|tres|cuatro|una?"
    r"|\d{1,3}|metros|cuadras?|casas?|esquina)\s+){1,5}(?:del?|a|al|por|con)\s+[^.,;:\n]{3,60}"
    r"(?:,\s*(?:la\s+)?(?:casa|lote|finca|parcela|piso|port[óo]n|reja|puerta|segundo|primer)\b[^.,;:\n]{0,40}){0,3}",
    re.IGNORECASE,
)
"""Where somebody lives, told by what lies beside it."""
MOST_OF_A_PLACE = 4

PLATE_NUMBER = (
    r"(?:\d{3}[ -]?[A-Z]{3}\b|[A-Z]{3}[ -]?(?:\d{3}|\d{2}[A-Z])\b|(?=[A-Z0-9-]*\d)[A-Z0-9](?:[A-Z0-9.-]*[A-Z0-9])?\b)"
)
PLATE_NAMED = re.compile(
    rf"\b(placas?(?:\s+(?:de\s+|del\s+|la\s+)?(?:motocarro|moto|motocicleta|carro|veh[íi]culo|camioneta|taxi|automotor|cami[óo]n|bus))?)({CONNECTIVES}){PLATE_NUMBER}(?:(?:\s*[,;/]\s*|\s+[ye]\s+){PLATE_NUMBER})*",
    re.IGNORECASE,
)
VEHICLE_PLATE = re.compile(
    r"\b([A-Z]{3}[ -]?(?:\d{3}|\d{2}[A-Z])|[a-z]{3}-?(?:\d{3}|\d{2}[a-z])|[A-Za-z]{3} (?:\d{3}|\d{2}[A-Za-z]))"
    r"\b(?![.,]?\d)"
)
LABELLED_VALUE = rf"(?:[A-Z]{{1,4}}{JOINT})?(?:{YEAR}{JOINT}(?=\d))?\d(?:{JOINT}\d){{2,}}(?:\s?-\s?[\dA-Z]\b)?"
REGISTRATION = re.compile(
    r"\b((?:establecimientos?|matr[íi]culas?|predios?|fichas?|folios?|c[ée]dulas?|nit|n\.i\.t|c\.?\s?[ce]\.?|t\.?\s?[ip]\.?"
    r"|pasaportes?|expedientes?|escrituras?|certificados?\s+de\s+tradici[óo]n|identificad[oa]s?|identificaci[óo]n|documentos?"
    r"|cuentas?|ctas?|tarjetas?|radicados?|referencias?|ref|facturas?|recibos?|liquidaci[óo]n|liquidaciones|consignaci[óo]n"
    r"|comprobantes?|cheques?|p[óo]liza|gu[íi]a|serial|imei|npn|chip|ced|id|extensi[óo]n|ext|tel[ée]fonos?|tels?|celular(?:es)?"
    r"|cels?|m[óo]vil|whats\s?app|wsp|wpp|fijo|l[íi]nea\s+celular)\b\.?)"
    rf"({CONNECTIVES})(?!{YEAR}\b(?!{JOINT}\d)|(?:de|del|la|el|en|con|por|las|los|al|a|y)\b)({LABELLED_VALUE}(?:(?:\s*[,;/]\s*|\s+[ye]\s+){LABELLED_VALUE})*)(?!\w)",
    re.IGNORECASE,
)
SPELLED_IDENTITY = re.compile(
    rf"\b{SPELLED_DIGIT}(?:[\s,]+(?:y\s+)?(?:{SPELLED_DIGIT}\b|\d{{2,4}}\b)){{4,}}"
    rf"|\b{SPELLED_DIGIT}(?:\s+(?:y\s+)?{SPELLED_DIGIT})*(?:[\s-]+\d{{2,4}}\b){{2,}}(?!\s*de\b)",
    re.IGNORECASE,
)
GROUPED = r"\d{1,3}(?:[.,'’]\d{3})+(?:[.,]\d{1,2})?(?![\d])(?!\s?%)"
AMOUNT = re.compile(
    rf"(?:\bCOP\s?)?\$\s?\d(?:[\d.,'’]*\d)?(?:\s+(?:mil|millones|mill[óo]n))*(?:\s+(?:de\s+)?pesos)?"
    rf"|\bCOP\s?\d(?:[\d.,'’]*\d)?"
    rf"|(?<![\w.,])\d(?:[\d.,'’]*\d)?\s*(?:(?:mil|millones|mill[óo]n)\b(?:\s+(?:de\s+)?pesos\b)?|(?:de\s+)?pesos\b|COP\b)"
    rf"|(?<![\w.,'’·-]){GROUPED}(?!\s?[.,'’-]?\s?\d)",
    re.IGNORECASE,
)
FEW_PESOS = re.compile(
    r"(?<![\w.,$])(?:\$\s?\d{1,3}(?:[.,]\d{1,2})?(?![\w]|[.,'’]?\d|\s+(?:mil|mill[óo]n|millones)\b)"
    r"|\d{1,3}(?:[.,]\d{1,2})?(?=\s+(?:pesos?|centavos)\b))",
    re.IGNORECASE,
)
"""Less than a thousand pesos is a difference of rounding, and no balance of anybody."""
AMOUNT_SPELLED = re.compile(rf"\b(?<!\d )(?!y\b)(?:{SPELLED}\s+){{1,20}}(?:de\s+)?pesos\b", re.IGNORECASE)
BALANCE = re.compile(
    r"\b((?:saldos?|deudas?|debe|deben|adeudan?|valor(?:es)?|monto|suma|pag[oó]s?|cartera|sald[oa]|inter[ée]s(?:es)?|cuota))"
    r"((?:\s+(?:a\s+favor|pendientes?|total|de|del|por|es|en|la|el|a|cargo))*\s*[:=]?\s*)"
    rf"(?!{YEAR}\b)\d(?:[\d.,'’]*\d){{3,}}",
    re.IGNORECASE,
)
DISGUISED_PHONE = re.compile(
    r"(?<!\w)(?=[\d .-]{0,12}[oOlI])3[\doOlI]{2}[ .-]?[\doOlI]{3}[ .-]?[\doOlI]{2}[ .-]?[\doOlI]{2}(?!\w)"
)
"""A mobile number with letters that look like digits."""
PHONE = re.compile(
    rf"(?<![\d.])(?:\(?\+?\s?57\)?{JOINT})?"
    rf"(?:\(?(?:60\d|3\d{{2}})\)?{JOINT}\d{{3}}{JOINT}\d{{2}}{JOINT}\d{{2}}|\d{{3}}[ -]\d{{2}}[ -]\d{{2}})"
    r"(?!\d)(?!\s?-\s?\d)"
    r"(?:\s*(?:ext(?:ensi[óo]n)?\.?)\s*:?\s*\d{1,6})?",
    re.IGNORECASE,
)
IDENTITY = re.compile(rf"\d(?:{JOINT}\d){{5,}}")
FILE_NAME = re.compile(
    r"(?<![\w/\\().+~-])(…?[\w().+~-]{0,200}[\w)])\.(pdf|xlsx?|xlsm|csv|txt|docx?|pptx?|odt|ods|zip|rar|7z|gz|xml|xsd|json|jpe?g|png|gif"
    r"|tiff?|bmp|dmp|sql|log|dat|bak|eml|msg|html?|p12|pfx|cer)\b",
    re.IGNORECASE,
)
NAME_PIECE = re.compile(r"[^\W\d_]+|\d+|[\W_]+")
TOKEN = re.compile(r"[^\W_](?:[\w./-]*[^\W_])?")
CODE = re.compile(
    r"(?<![^\W_])[^\W_]*\d[^\W_]*(?:[-_./:'’,][^\W_]+)*"
    r"|(?<![^\W_])[^\W\d_]+(?:[-_./:][^\W_]*\d[^\W_]*)+(?:[-_./:][^\W_]+)*"
)
"""A word with digits in it, alone or in one of its parts."""
HARMLESS_NUMBER = re.compile(
    rf"\d{{1,3}}(?:[.,]\d{{1,2}})?|{YEAR}|\d{{1,2}}:\d{{2}}(?::\d{{2}})?|\d{{1,2}}[-/]\d{{1,2}}(?:[-/](?:\d{{2}}|{YEAR}))?"
    r"|\d{1,2}(?:\.\d{1,3}){1,3}|\d{1,3}[ºª°]|\d{1,2}(?:ra|do|da|ro|er|to|ta|vo|va|mo|ma|a|p|am|pm|h|hs|hrs|min|seg|kb|mb|gb|x)"
    r"|\d{1,3}/\d{1,3}|[12]?\d{1,3}[-–][12]?\d{1,3}"
)

CLOSING = re.compile(
    r"(?<![^\W\d_])(?:(?:atentamente|cordialmente|respetuosamente|quedo atent[oa]|quedamos atent[oa]s|atte)(?!\w)"
    r"(?!\s+(?:solicit|se\s|le\s|les\s|a\s+(?:su|la|los|el|las)\b|me\s|pid|requ))|att[.:,\n]|firma:)"
    r".*?(?=\n\s*(?:-{3,}|_{3,}|de:|from:|el\s.{1,80}escribi)|\Z)",
    re.IGNORECASE | re.DOTALL,
)
CLOSING_AFTER_TEXT = re.compile(
    r"(?:(?<=[.;:!?\n])\s*|(?<=\S)\s+)¡?\s*(?i:(?:muchas|mil|de antemano,?)\s+)?"
    r"(?i:gracias|(?:un\s+)?cordial\s+saludo|un\s+saludo|saludos(?:\s+cordiales)?|feliz\s+(?:d[íi]a|tarde))\b(?P<rest>(?:\W+\w+){0,14}\W*)$"
)
"""Words that also open a text: they close it where nothing follows but a signature."""
HEADER = re.compile(
    r"^([ \t>*]*(?:de|para|cc|cco|from|to|remitente|destinatarios?|enviado\s+por|sent\s+by)\s*:"
    r"(?![ \t*]*[\d\uE000-\uF8FF])[ \t*]*)(\S.*)$",
    re.IGNORECASE | re.MULTILINE,
)
DIGIT = re.compile(r"\d")
PLACEHOLDERS = range(0xE000, 0xF8FF)
PLACEHOLDER = re.compile("[\ue000-\uf8fe]")
"""Characters of private use, which mean nothing in a text, stand for what is settled while the rest is masked."""


@lru_cache(maxsize=64)
def _words_of(phrases: frozenset[str]) -> frozenset[str]:
    """The words of phrases, folded: the same lists come with every text of a report."""
    return frozenset(folded(word) for phrase in phrases for word in re.findall(r"[^\W\d_]+", phrase))


def masked(text: str, known: Collection[str] = (), *, classified: bool = False) -> str:
    """``text`` with what is known to be harmless; a mark in square brackets tells what the rest was.

    ``known`` are words, phrases and numbers that may stay besides: tickets' numbers, codes and names of the
    contract's own lists. Of a ``classified`` text, which somebody chose and nobody wrote, as a category or an office,
    words that no list knows stay. What is masked once stays as it is when it is masked again.

    >>> masked("Llamar al 315 555 01 02. Cordialmente, Nombre Apellido")
    'Llamar al [teléfono].'
    """
    return _masked(text, frozenset(known), classified)


@lru_cache(maxsize=4096)
def _masked(text: str, known: frozenset[str], classified: bool) -> str:
    """A report prints the same texts in many places."""
    words = _words_of(known)
    while (again := _masked_once(text, known, words, classified)) != text:
        text = again
    return text


class _Settled:
    """What is settled of a text: each piece is kept aside, and a character of private use stands for it."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def keep(self, piece: str) -> str:
        if len(self.pieces) == len(PLACEHOLDERS):
            return piece
        self.pieces.append(piece)
        return chr(PLACEHOLDERS[len(self.pieces) - 1])

    def kept(self, match: re.Match[str]) -> str:
        return self.keep(match.group())

    def mark(self, mark: str, *groups: int) -> Callable[[re.Match[str]], str]:
        """A replacement by a mark, after these groups of the match."""
        return lambda match: "".join(match.group(group) for group in groups) + self.keep(mark)

    def restored(self, text: str) -> str:
        for place in reversed(range(len(self.pieces))):
            text = text.replace(chr(PLACEHOLDERS[place]), self.pieces[place])
        return text


def _masked_once(text: str, known: frozenset[str], words: frozenset[str], classified: bool) -> str:
    text = PLACEHOLDER.sub("", text)
    # Long runs of blanks say nothing, and would be gone through again from each of them.
    text = re.sub(r"\n{4,}", "\n\n", re.sub(r"[^\S\n]{3,}", " ", text))
    settled = _Settled()
    text = CLOSING.sub(
        lambda match: "" if text[: match.start()].strip() or _is_signature(match.group()) else match.group(), text
    )
    text = CLOSING_AFTER_TEXT.sub(lambda match: "" if _is_signature(match["rest"]) else match.group(), text)
    for mark in MARKS:
        text = text.replace(mark, settled.keep(mark)) if mark in text else text

    text = REQUEST_CODE.sub(settled.kept, text)

    def is_known(word: str) -> bool:
        return classified or word in words or word in of("") or is_ordinary(word)

    if known:
        text = TOKEN.sub(lambda match: settled.kept(match) if match.group() in known else match.group(), text)
    text = HEADER.sub(settled.mark(PERSON_MARK, 1), text)
    text = E_MAIL.sub(settled.mark(E_MAIL_MARK), text)
    text = VERSION.sub(settled.kept, text)
    text = BUDGET_CODE.sub(lambda match: _budget_code(match, settled), text)
    text = LINK.sub(
        lambda match: match.group() if FILE_NAME.fullmatch(match.group()) else settled.keep(LINK_MARK), text
    )
    text = ACCESS_TOLD.sub(lambda match: _access(match, settled), text)
    text = ACCESS_SEEN.sub(settled.mark(ACCESS_MARK, 1), text)
    text = SECRET_WORD.sub(lambda match: _secret_word(match, settled), text)
    text = FILE_NAME.sub(lambda match: settled.keep(_file_name(match, known, is_known)), text)
    text = BIRTH.sub(settled.mark(DATE_MARK, 1), text)
    text = _without_births(text, settled)
    text = HOUSE_TOLD.sub(settled.mark(ADDRESS_MARK, 1), text)
    text = ADDRESS.sub(settled.mark(ADDRESS_MARK), text)
    for _ in range(2):  # a place may lie in another: vereda La Ventura, finca Villa Luz
        text = PLACE.sub(lambda match: _place(match, settled), text)
    with_digits = DIGIT.search(text) is not None
    if with_digits:
        text = _harmless_numbers_settled(text, settled, is_known)
    text = AMOUNT_SPELLED.sub(settled.mark(AMOUNT_MARK), text)
    text = SPELLED_IDENTITY.sub(settled.mark(IDENTITY_MARK), text)
    if with_digits:
        text = _other_numbers_settled(text, settled, is_known)
    text = without_names(text, is_known, lambda person: settled.keep(PERSON_MARK if person else UNKNOWN_MARK))
    return settled.restored(text).strip()


def _without_births(text: str, settled: _Settled) -> str:
    """Dates that stand near a word of birth: one may be corrected by another."""
    ends = [match.end() for match in BIRTH_WORD.finditer(text)]
    if not ends:
        return text

    def born(match: re.Match[str]) -> str:
        place = bisect_right(ends, match.start())
        near = place and match.start() - ends[place - 1] < NEAR_A_BIRTH
        return settled.keep(DATE_MARK) if near and "\n" not in text[ends[place - 1] : match.start()] else match.group()

    return ANY_DATE.sub(born, text)


def _harmless_numbers_settled(text: str, settled: _Settled, is_known: Callable[[str], bool]) -> str:
    """Dates, counts, and what is numbered and nobody's; a plate before them, whose number could be any of these."""
    text = PLATE_NAMED.sub(lambda match: f"{match[1]} {settled.keep(PLATE_MARK)}", text)
    text = KEPT.sub(settled.kept, text)
    text = NUMBERED.sub(
        lambda match: match.group().removesuffix(match["numbers"]) + settled.keep(match["numbers"]), text
    )
    if LEDGER.search(text):
        text = LEDGER_ACCOUNT.sub(
            lambda match: match.group().removesuffix(match["numbers"]) + settled.keep(match["numbers"]), text
        )
    text = TAX_UNIT.sub(lambda match: match[1] + settled.keep(match[2]), text)
    text = FEW_PESOS.sub(settled.kept, text)
    return COUNT.sub(lambda match: _count(match, settled, is_known), text)


def _other_numbers_settled(text: str, settled: _Settled, is_known: Callable[[str], bool]) -> str:
    """What is left of numbers: each has its form, or a word before it, or is hidden for being a number."""
    text = DISGUISED_PHONE.sub(settled.mark(PHONE_MARK), text)
    text = PHONE.sub(settled.mark(PHONE_MARK), text)
    text = REGISTRATION.sub(settled.mark(IDENTITY_MARK, 1, 2), text)
    text = VEHICLE_PLATE.sub(
        lambda match: match.group() if folded(match[1][:3]) in of("") else settled.keep(PLATE_MARK), text
    )
    text = AMOUNT.sub(settled.mark(AMOUNT_MARK), text)
    text = BALANCE.sub(settled.mark(AMOUNT_MARK, 1, 2), text)
    text = IDENTITY.sub(settled.mark(IDENTITY_MARK), text)
    return CODE.sub(lambda match: _code(match, settled, is_known), text)


def _is_signature(rest: str) -> bool:
    """Whether what follows a word of thanks is but a name, a post and a number."""
    words = re.findall(r"[^\W\d_]+", rest)
    lower = [word for word in words if word.islower() and is_ordinary(folded(word)) and len(word) > 3]  # noqa: PLR2004
    return len(lower) <= len(words) // 4


def _access(match: re.Match[str], settled: _Settled) -> str:
    """What is told as a user or password, unless a sentence goes on: ``usuarios simultáneos: promedio``."""
    told_of = match[1].rstrip().endswith(":") and len(match[1].split()) > 1 and is_ordinary(match[2].strip(",.;"))
    if told_of:
        return match.group()
    return match.group() if NO_ACCESS.fullmatch(match[2]) else match[1] + settled.keep(ACCESS_MARK)


def _secret_word(match: re.Match[str], settled: _Settled) -> str:
    """A password, unless a year or number is but glued to what it numbers: ``vigencia2023``."""
    word = re.match(r"[^\W\d_]+", match.group())
    numbered = (
        word is not None
        and match.group().rstrip("!").isalnum()
        and (folded(word.group()) in NO_SECRET or NUMBERED.match(f"{word.group()} 1"))
    )
    return match.group() if numbered else settled.keep(ACCESS_MARK)


def _budget_code(match: re.Match[str], settled: _Settled) -> str:
    """A code of the budget is told from the address of a machine by its zeros, its length, or the word before it."""
    parts = match.group().split(".")
    shaped = len(parts) > 4 or any(part.startswith("0") and len(part) > 1 for part in parts)  # noqa: PLR2004
    told = ACCOUNT_WORD.search(match.string, max(match.start() - 60, 0), match.start())
    return settled.keep(match.group()) if shaped or told else match.group()


def _count(match: re.Match[str], settled: _Settled, is_known: Callable[[str], bool]) -> str:
    """A number stays where a plural that the dictionary knows follows it."""
    thing = folded(match["thing"])
    if match["of"].strip() and match["number"].isdigit():
        return match.group()
    if thing in NO_THINGS or not thing.endswith("s") or len(thing) < 4 or not is_known(thing):  # noqa: PLR2004
        return match.group()
    return settled.keep(match["number"]) + match["of"] + match["thing"]


def _place(match: re.Match[str], settled: _Settled) -> str:
    """The name of a place goes: words with a capital or an article, or what is neither grammar, a verb nor ours."""
    end = taken = 0
    article = False
    for word in re.finditer(r"\w+", match["name"]):
        plain = folded(word[0])
        if plain in of("place-particle") and not (plain == "de" and not taken):
            article = plain not in ("de", "y")
            continue
        capital = word[0].istitle() and not match.group().isupper()
        ordinary = plain in of("") or plain in of("no-place") or (is_verb(plain) and not article)
        if taken == MOST_OF_A_PLACE or (ordinary and not capital) or plain in of("function"):
            break
        end, taken, article = word.end(), taken + 1, False
    if not taken:
        return match.group()
    return match.group()[: match.start("name") - match.start()] + settled.keep(ADDRESS_MARK) + match["name"][end:]


def _file_name(match: re.Match[str], known: frozenset[str], is_known: Callable[[str], bool]) -> str:
    """A file keeps its name as far as its parts are known words, short numbers and days."""
    if match.group() in known or match[1] in known:
        return match.group()
    parts = []
    for part in NAME_PIECE.findall(re.sub(r"(?<=[a-záéíóúñ])(?=[A-ZÁÉÍÓÚÑ])", "\ufeff", match[1])):
        if part.isdigit():
            harmless = len(part) <= 4 or re.fullmatch(rf"{YEAR}[01]\d(?:[0-3]\d)?|[0-3]\d[01]\d{YEAR}", part)  # noqa: PLR2004
            parts.append(part if harmless else IDENTITY_MARK)
        elif part.isalpha() and len(part) > 1:
            parts.append(without_names(part, is_known, lambda person: PERSON_MARK if person else UNKNOWN_MARK))
        else:
            parts.append(part.replace("\ufeff", ""))
    return f"{''.join(parts)}.{match[2]}"


def _code(match: re.Match[str], settled: _Settled, is_known: Callable[[str], bool]) -> str:
    """A word with digits stays where it is a small number, a percentage, or numbers what is nobody's."""
    code = match.group()
    if HARMLESS_NUMBER.fullmatch(code.casefold()):
        return settled.keep(code)
    if re.fullmatch(r"\d+(?:[.,]\d+)*", code):
        percentage = re.match(r"\s?(?:%|por\s?ciento|por\s?mil)", match.string[match.end() :])
        return settled.keep(code if percentage else IDENTITY_MARK)
    if re.fullmatch(r"[A-Z]{2,5}_\d{1,5}", code):
        return settled.keep(code)
    letters = re.findall(r"[^\W\d_]+", code)
    digits = re.findall(r"\d+", code)
    if all(len(each) == 1 or is_known(folded(each)) for each in letters) and all(len(each) <= 5 for each in digits):  # noqa: PLR2004
        short = len("".join(letters)) > 1 or len("".join(digits)) <= 2  # noqa: PLR2004
        if short and "@" not in code:
            return settled.keep(code)
    return settled.keep(IDENTITY_MARK)
