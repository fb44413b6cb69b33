// The page «Informes» and the panel above Home. Airflow's UI lends React, its router and Chakra UI: nothing is built.
// Addresses are relative to <base>, so that the page works under a proxy's path.

const React = globalThis.React;
const { useCallback, useEffect, useId, useRef, useState } = React;
const { Link: RouterLink, useNavigate, useParams, useSearchParams } = globalThis.ReactRouterDOM;
const { Alert, Badge, Box, Button, Flex, Heading, Input, Link, NativeSelect, Spinner, Stack, Table, Text, Textarea } =
  globalThis.ChakraUI;
const h = React.createElement;

const DATA = "service-reports/api/";
const PAGE = "/plugin/informes";
const PUBLICATION = "publish_service_reports";
const PAGE_ROWS = 25;
const REFRESH_MS = 60_000;
const TYPING_MS = 300;

const STATES = {
  lost: ["Sin emitir", "red", "Venció y ninguna ejecución lo emitió"],
  failed: ["Detenido", "red", "Una ejecución terminó sin emitirlo"],
  undelivered: ["Sin enviar", "red", "Está firmado y su mensaje no ha salido"],
  bounced: ["Devuelto", "red", "El correo no llegó"],
  rejected: ["Rechazado", "orange", "Una persona rechazó los borradores"],
  asked: ["Espera respuesta", "orange", "Hay una pregunta sin responder"],
  outdated: ["Desactualizado", "orange", "Sus cifras ya no son las de los datos"],
  held: ["Envío por decidir", "orange", "Una persona decide qué pasa con su mensaje"],
  due: ["Vence ahora", "blue", "Su ejecución está por empezar"],
  waits_for_data: ["Espera datos", "blue", "Faltan datos del periodo; nadie debe hacer nada"],
  running: ["En curso", "blue", "Una ejecución trabaja en él"],
  upcoming: ["Por venir", "gray", "Su cierre no ha llegado"],
  issued: ["Emitido", "green", "Firmado, registrado y resuelto su envío"],
  settled: ["No se emite", "gray", "Una persona dejó dicho por qué"],
};
const SEVERITIES = { alert: ["alertas", "red"], warning: ["avisos", "orange"], notice: ["notas", "gray"] };
const CHECKS = { blocking: ["Bloquea", "red"], row: ["Deja filas fuera", "orange"], warning: ["Avisa", "gray"] };
const DAYS = {
  whole: ["✓", "green", "leído completo"],
  part: ["◐", "orange", "leído en parte o antes de terminar el día"],
  empty: ["∅", "orange", "leído, y la fuente no tiene nada de ese día"],
  missing: ["–", "red", "sin leer"],
  refused: ["✕", "red", "llegó y no está en vigor"],
  pending: ["·", "gray", "el día no ha terminado"],
};
const DELIVERY = {
  withheld: "retenido", queued: "en cola", sending: "enviándose", sent: "enviado", ambiguous: "nadie sabe si llegó",
  failed: "no llegó",
};
const BOUNCES = {
  failed: "devuelto", delayed: "demorado", delivered: "entregado", relayed: "retransmitido", expanded: "repartido",
  unreadable: "informe ilegible",
};
const HOURS = {
  contracted: "Contratadas", consumed: "Consumidas", in_execution: "En ejecución", committed: "Comprometidas",
  available: "Disponibles",
};

const zoned = (options) => new Intl.DateTimeFormat("es-CO", { timeZone: "America/Bogota", ...options });
const MOMENT = zoned({ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
const DATE = new Intl.DateTimeFormat("es-CO", { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" });
const MONTH = new Intl.DateTimeFormat("es-CO", { timeZone: "UTC", month: "short" });
const moment = (value) => (value ? MOMENT.format(new Date(value)) : "");
const date = (value) => (value ? DATE.format(new Date(`${value}T00:00:00Z`)) : "");

function until(cutOff, at) {
  const days = Math.round((new Date(cutOff) - new Date(at)) / 86_400_000);
  if (days === 0) return "hoy";
  const said = Math.abs(days) === 1 ? "1 día" : `${Math.abs(days)} días`;
  return days > 0 ? `en ${said}` : `hace ${said}`;
}

const absolute = (path) => new URL(path, document.baseURI).href;

async function call(path, options) {
  const answer = await fetch(absolute(path), { credentials: "same-origin", ...options });
  if (answer.ok) return answer.json();
  const said = await answer.json().catch(() => ({}));
  const detail = typeof said.detail === "string" ? said.detail : JSON.stringify(said.detail ?? answer.statusText);
  if (answer.status === 401) throw new Error("Su sesión terminó\n→ entre de nuevo");
  if (answer.status === 403) {
    throw new Error("Su usuario no puede hacer o ver esto\n→ pida al administrador el permiso que falta");
  }
  throw new Error(detail);
}

function useData(path, every) {
  const [state, setState] = useState({ path });
  const load = useCallback(() => {
    if (path === null) return undefined;
    let wanted = true;
    call(path).then(
      (data) => wanted && setState({ path, data }),
      (error) => wanted && setState((before) => ({ path, data: before.path === path ? before.data : undefined, error })),
    );
    return () => { wanted = false; };
  }, [path]);
  useEffect(load, [load]);
  useEffect(() => {
    if (!every) return undefined;
    const timer = setInterval(load, every);
    return () => clearInterval(timer);
  }, [load, every]);
  return state.path === path ? state : {};
}

const state = (row) => STATES[row.state] ?? [row.state, "gray", ""];
const reportPath = (row) => `${PAGE}/${encodeURIComponent(row.contract_id)}/${encodeURIComponent(row.report_number)}`;
const to = (path, children, more) => h(Link, { asChild: true, color: "fg.info", ...more }, h(RouterLink, { to: path }, children));
const tag = (text, palette, title) => h(Badge, { colorPalette: palette, variant: "subtle", size: "md", title }, text);
const Pale = (props) => h(Text, { color: "fg.muted", fontSize: "sm", ...props });

function Failure({ error }) {
  return h(Alert.Root, { status: "error", role: "alert", my: 2 },
    h(Alert.Indicator), h(Alert.Content, null, h(Alert.Description, { whiteSpace: "pre-wrap" }, error.message)));
}

function Loaded({ of, children }) {
  if (of.error && !of.data) return h(Failure, { error: of.error });
  if (!of.data) return h(Flex, { py: 4, role: "status", "aria-label": "Cargando" }, h(Spinner));
  return h(React.Fragment, null, of.error && h(Failure, { error: of.error }), children(of.data));
}

function Findings({ of }) {
  const some = Object.entries(SEVERITIES).filter(([name]) => of[name]);
  if (!some.length) return h(Pale, { as: "span" }, "ninguno");
  return h(Flex, { gap: 1, wrap: "wrap" },
    some.map(([name, [plural, palette]]) =>
      h(React.Fragment, { key: name }, tag(`${of[name]} ${of[name] === 1 ? plural.slice(0, -1) : plural}`, palette))));
}

const period = (row) => {
  if (!row.period_from) return "";
  return row.period_from === row.period_to ? date(row.period_from) : `${date(row.period_from)} a ${date(row.period_to)}`;
};

/** What a report waits for, or where it stopped, as links into Airflow. */
function Waits({ row, quiet }) {
  const items = [
    ...row.questions.map((each) => to(`/${each.address}`, `Responder: ${each.subject}`)),
    ...row.stopped.map((each) => to(`/${each.address}`, `Se detuvo en «${each.task}»`)),
  ];
  if (!items.length && row.run && row.state !== "issued") items.push(to(`/${row.run}`, "Ver la ejecución"));
  if (!items.length) return quiet ? null : h(Pale, { as: "span" }, state(row)[2]);
  return h(Stack, { gap: 1 }, items.map((item, place) => h(Box, { key: place }, item)));
}

function Cards({ rows, at }) {
  return h(Stack, { as: "ul", listStyleType: "none", gap: 3, display: { base: "flex", lg: "none" } }, rows.map((row) =>
    h(Box, { as: "li", key: `${row.contract_id} ${row.report_number}`, borderWidth: 1, borderRadius: "md", p: 3 },
      h(Flex, { justify: "space-between", gap: 2, align: "start" },
        to(reportPath(row), `${row.entity ?? row.contract_id} ${row.report_number}`, { fontWeight: "bold" }),
        tag(state(row)[0], state(row)[1], state(row)[2])),
      h(Pale, null, `Cierre: ${moment(row.cut_off)} (${until(row.cut_off, at)})`),
      h(Pale, null, `Versión: ${row.version ?? "ninguna"}`),
      h(Flex, { gap: 2, my: 1, align: "center" }, h(Pale, { as: "span" }, "Hallazgos:"), h(Findings, { of: row.findings })),
      h(Waits, { row }))));
}

function Rows({ rows, at }) {
  const heads = ["Contrato", "Informe", "Estado", "Versión", "Hallazgos", "Cierre", "Qué espera"];
  return h(React.Fragment, null,
    h(Box, { display: { base: "none", lg: "block" }, overflowX: "auto" },
      h(Table.Root, { size: "sm", variant: "outline" },
        h(Table.Header, null, h(Table.Row, null, heads.map((head) => h(Table.ColumnHeader, { key: head, scope: "col" }, head)))),
        h(Table.Body, null, rows.map((row) =>
          h(Table.Row, { key: `${row.contract_id} ${row.report_number}` },
            h(Table.Cell, null, h(Text, null, row.entity ?? row.contract_id), h(Pale, { fontSize: "xs" }, row.contract_id)),
            h(Table.Cell, null, to(reportPath(row), row.report_number, { fontWeight: "bold" }), h(Pale, { fontSize: "xs" }, period(row))),
            h(Table.Cell, null, tag(state(row)[0], state(row)[1], state(row)[2])),
            h(Table.Cell, null, row.version ?? "—"),
            h(Table.Cell, null, h(Findings, { of: row.findings })),
            h(Table.Cell, null, h(Text, null, until(row.cut_off, at)), h(Pale, { fontSize: "xs" }, moment(row.cut_off))),
            h(Table.Cell, null, h(Waits, { row }))))))),
    h(Cards, { rows, at }));
}

// Airflow draws a page that it has just loaded anew at the first change of its address: who was typing goes on typing.
let searching = false;

function List() {
  const [search, setSearch] = useSearchParams();
  const [text, wanted, from] = [search.get("texto") ?? "", search.get("estado") ?? "", Number(search.get("desde") ?? 0)];
  const query = new URLSearchParams({ text, state: wanted, limit: PAGE_ROWS, offset: from });
  const found = useData(`${DATA}reports?${query}`, REFRESH_MS);
  const set = (changed) => {
    const next = new URLSearchParams({ texto: text, estado: wanted, desde: 0, ...changed });
    for (const [name, value] of [...next]) if (!value || value === "0") next.delete(name);
    setSearch(next, { replace: true });
  };
  const [typed, setTyped] = useState(text);
  useEffect(() => {
    if (typed === text) return undefined;
    const timer = setTimeout(() => set({ texto: typed }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const field = useRef(null);
  useEffect(() => {
    if (!searching) return;
    field.current.focus();
    field.current.setSelectionRange(typed.length, typed.length);
  }, []);
  const [textId, stateId] = [useId(), useId()];
  return h(Box, { p: { base: 2, md: 4 }, "data-desk": "" },
    h(Heading, { as: "h1", size: "xl", mb: 1 }, "Informes"),
    h(Pale, { mb: 3 }, "De cada contrato, el último que venció y el próximo; además, lo que falta o se hizo en los últimos 45 días."),
    h(Flex, { gap: 3, mb: 4, wrap: "wrap", align: "end" },
      h(Box, { flex: { base: "1 1 100%", md: "0 1 18rem" } },
        h("label", { htmlFor: textId }, "Contrato o informe"),
        h(Input, { id: textId, value: typed, type: "search", ref: field, onFocus: () => { searching = true; }, onBlur: () => { searching = false; },
          onChange: (event) => setTyped(event.target.value) })),
      h(Box, { flex: { base: "1 1 100%", md: "0 1 18rem" } },
        h("label", { htmlFor: stateId }, "Estado"),
        h(NativeSelect.Root, null,
          h(NativeSelect.Field, { id: stateId, value: wanted, onChange: (event) => set({ estado: event.target.value }) },
            h("option", { value: "" }, "Todos"),
            Object.entries(STATES).map(([name, [title]]) =>
              h("option", { key: name, value: name }, `${title}${found.data?.counts[name] ? ` (${found.data.counts[name]})` : ""}`))),
          h(NativeSelect.Indicator)))),
    h(Loaded, { of: found }, (data) => h(React.Fragment, null,
      h(Pale, { mb: 2, role: "status" }, data.total === 1 ? "1 informe" : `${data.total} informes`),
      h(Rows, { rows: data.rows, at: data.at }),
      h(Flex, { gap: 2, mt: 3 },
        from > 0 && h(Button, { variant: "outline", onClick: () => set({ desde: Math.max(0, from - PAGE_ROWS) }) }, "Anteriores"),
        from + PAGE_ROWS < data.total &&
          h(Button, { variant: "outline", onClick: () => set({ desde: from + PAGE_ROWS }) }, "Siguientes")))),
    h(Causes));
}

function Section({ title, children, ...more }) {
  const id = useId();
  return h(Box, { as: "section", "aria-labelledby": id, mt: 6, ...more },
    h(Heading, { as: "h2", id, size: "md", mb: 2 }, title), children);
}

/** A wide table that scrolls by itself, also by keyboard. */
const Wide = ({ label, children }) =>
  h(Box, { role: "region", "aria-label": label, tabIndex: 0, overflowX: "auto", borderWidth: 1, borderRadius: "md" }, children);

/**
 * The form of a DAG, as the DAG declares it, filled in; Airflow itself decides who may start what.
 * Airflow's own dialogue cannot be opened by an address.
 */
const FIXED = new Set(["contrato", "informe", "lote"]);

/** What Airflow's list of runs shows beside a run that was started here. */
const noteOf = (title, { contrato, informe, desde, hasta, motivo }) =>
  [title, [contrato, informe].filter(Boolean).join(" "), desde && `${desde} a ${hasta}`, motivo].filter(Boolean).join(": ").slice(0, 1000);

function Form({ dagId, title, filled, fields, onClose }) {
  const dag = useData(`api/v2/dags/${dagId}/details`);
  const [values, setValues] = useState(filled);
  const [failure, setFailure] = useState(null);
  const [sending, setSending] = useState(false);
  const navigate = useNavigate();
  const base = useId();
  const send = async (event) => {
    event.preventDefault();
    setSending(true);
    setFailure(null);
    try {
      const run = await call(`api/v2/dags/${dagId}/dagRuns`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ logical_date: null, conf: values, note: noteOf(title, values) }),
      });
      navigate(`/dags/${dagId}/runs/${run.dag_run_id}`);
    } catch (error) {
      setFailure(error);
      setSending(false);
    }
  };
  return h(Box, { as: "form", onSubmit: send, "aria-label": title, borderWidth: 1, borderRadius: "md", p: 4, mt: 3, maxW: "40rem" },
    h(Heading, { as: "h3", size: "sm", mb: 2 }, title),
    h(Loaded, { of: dag }, (data) => h(Stack, { gap: 3 },
      fields.map((name, place) => {
        const { schema = {}, description, value: byDefault } = data.params[name] ?? {};
        const [id, value] = [`${base}${name}`, values[name] ?? byDefault ?? ""];
        const change = (changed) => setValues((before) => ({ ...before, [name]: changed }));
        const common = { id, "aria-describedby": `${id}d`, autoFocus: place === fields.length - 1 && name === "motivo" };
        return h(Box, { key: name },
          schema.type === "boolean"
            ? h(Flex, { gap: 2, align: "center" },
              h("input", { ...common, type: "checkbox", checked: value === true, onChange: (event) => change(event.target.checked) }),
              h("label", { htmlFor: id }, schema.title ?? name))
            : h(React.Fragment, null,
              h("label", { htmlFor: id }, schema.title ?? name),
              schema.enum && name === "decision"
                ? h("select", { ...common, value, onChange: (event) => change(event.target.value) },
                  schema.enum.map((each) => h("option", { key: each, value: each }, schema.values_display?.[each] ?? each)))
                : name === "motivo"
                ? h(Textarea, { ...common, value, required: true, maxLength: 500, onChange: (event) => change(event.target.value) })
                : h(Input, { ...common, value, required: true, type: schema.format === "date" ? "date" : "text", readOnly: FIXED.has(name), onChange: (event) => change(event.target.value) })),
          h(Pale, { id: `${id}d` }, description ?? schema.description));
      }),
      failure && h(Failure, { error: failure }),
      h(Flex, { gap: 2 },
        h(Button, { type: "submit", colorPalette: "brand", loading: sending }, "Iniciar"),
        h(Button, { type: "button", variant: "outline", onClick: onClose }, "Cancelar")))));
}

function Actions({ row }) {
  const [open, setOpen] = useState(false);
  if (!row.ended) return h(Pale, { mt: 2 }, "El periodo no ha terminado: todavía no se puede emitir.");
  const title = row.version ? "Corregir este informe" : "Emitir este informe";
  return h(Box, { mt: 3 },
    h(Flex, { gap: 2, wrap: "wrap" },
      h(Button, { variant: "outline", "aria-expanded": open, onClick: () => setOpen(!open) }, title)),
    open && h(Form, {
      dagId: PUBLICATION, title, fields: ["contrato", "informe", "enviar", "motivo"],
      filled: { contrato: row.contract_id, informe: row.report_number, motivo: "", enviar: true }, onClose: () => setOpen(false),
    }));
}

const JUDGED = {
  true: "su certificado lleva a una raíz del contrato",
  false: "su certificado NO lleva a ninguna raíz del contrato",
  null: "de quién es su certificado no se juzgó",
};

function Documents({ base, version }) {
  return h(Stack, { as: "ul", listStyleType: "none", gap: 1 }, version.documents.map((each) =>
    h("li", { key: each.position },
      h(Link, { color: "fg.info", href: absolute(`${base}/versions/${version.version}/documents/${each.position}`), target: "_blank", rel: "noopener" },
        each.title),
      h(Pale, { fontSize: "xs", wordBreak: "break-all" }, `${each.file_name} · ${Math.ceil(each.size_bytes / 1024)} KB · SHA-256 ${each.sha256.slice(0, 12)}…`),
      each.returned.map((back) => h(Pale, { key: back.at, fontSize: "xs" }, back.kind === "scanned"
        ? `Copia firmada a mano, registrada por ${back.by} el ${moment(back.at)}`
        : `Firmado por ${back.signer} el ${moment(back.at)}; ${JUDGED[back.trusted]}`)))));
}

function Changes({ base, version }) {
  const [open, setOpen] = useState(false);
  const found = useData(open ? `${base}/versions/${version}/changes` : null);
  return h(Box, { mt: 2 },
    h(Button, { size: "sm", variant: "outline", "aria-expanded": open, onClick: () => setOpen(!open) }, "Qué cambió"),
    open && h(Loaded, { of: found }, (data) => h(Box, { mt: 2 },
      h(Pale, null, data.replaces ? `${data.total} cifras otras que en la versión ${data.replaces}` : "Es la primera versión"),
      data.figures.length > 0 && h(Wide, { label: `Cifras que cambian en la versión ${version}` },
        h(Table.Root, { size: "sm" },
          h(Table.Header, null, h(Table.Row, null, ["Cifra", "Antes", "Ahora", "Por qué"].map((head) => h(Table.ColumnHeader, { key: head, scope: "col" }, head)))),
          h(Table.Body, null, data.figures.map((each) => h(Table.Row, { key: each.figure_id },
            h(Table.Cell, null, each.label), h(Table.Cell, null, each.before ?? "—"), h(Table.Cell, null, each.now ?? "—"), h(Table.Cell, null, each.cause)))))))));
}

function Versions({ base }) {
  const found = useData(`${base}/versions`);
  return h(Loaded, { of: found }, (data) => h(React.Fragment, null,
    h(Section, { title: "Versiones y documentos" },
      data.versions.length === 0 && h(Pale, null, "Todavía no hay ninguna versión."),
      h(Stack, { gap: 3 }, data.versions.map((each) => h(Box, { key: each.version, borderWidth: 1, borderRadius: "md", p: 3 },
        h(Flex, { gap: 3, wrap: "wrap", align: "center" },
          h(Heading, { as: "h3", size: "sm" }, `Versión ${each.version}`),
          each.outdated_at && tag("Desactualizada", "orange"),
          h(Pale, { as: "span" }, each.registered_at ? `Registrada el ${moment(each.registered_at)}` : "Borrador sin registrar"),
          to(`/${each.run}`, "Su ejecución", { fontSize: "sm" })),
        each.correction_reason && h(Text, { my: 1 }, `Motivo: ${each.correction_reason}`),
        h(Documents, { base, version: each }),
        each.corrects && h(Changes, { base, version: each.version }))))),
    h(Section, { title: "Mensajes" },
      data.messages.length === 0 && h(Pale, null, "Ningún mensaje."),
      h(Stack, { gap: 2 }, data.messages.map((each) => h(Box, { key: each.version },
        h(Text, null, `Versión ${each.version} a ${each.recipient}: ${DELIVERY[each.state] ?? each.state}${each.sent_at ? ` el ${moment(each.sent_at)}` : ""}`),
        each.detail && h(Pale, { whiteSpace: "pre-wrap" }, each.detail),
        each.bounces.map((told, place) => h(Pale, { key: place, whiteSpace: "pre-wrap" },
          `${moment(told.read_at)}: ${BOUNCES[told.action] ?? told.action}. ${told.detail}${told.objection ? ` (no cuenta: ${told.objection})` : ""}`)))))),
    Object.keys(data.hour_bank).length > 0 && h(Section, { title: "Bolsa de horas" },
      h(Flex, { as: "dl", gap: 6, wrap: "wrap" }, Object.entries(HOURS).filter(([name]) => name in data.hour_bank).map(([name, title]) =>
        h(Box, { key: name }, h(Pale, { as: "dt" }, title), h(Text, { as: "dd", fontWeight: "bold" }, data.hour_bank[name].replace(".", ","))))))));
}

function Coverage({ base, row }) {
  const found = useData(`${base}/coverage`);
  const [form, setForm] = useState(null);
  return h(Section, { title: "Qué se leyó de cada día" }, h(Loaded, { of: found }, (data) => h(React.Fragment, null,
    h(Flex, { gap: 3, wrap: "wrap", mb: 2 }, Object.entries(DAYS).map(([name, [sign, palette, meaning]]) =>
      h(Flex, { key: name, gap: 1, align: "center" }, tag(sign, palette), h(Pale, { as: "span" }, meaning)))),
    h(Wide, { label: "Días y fuentes" }, h(Table.Root, { size: "sm", width: "auto" },
      h(Table.Header, null, h(Table.Row, null, h(Table.ColumnHeader, { scope: "col" }, "Fuente"),
        data.days.map((day, place) => h(Table.ColumnHeader, { key: day, scope: "col", px: 1, textAlign: "center", verticalAlign: "bottom" },
          (place === 0 || day.endsWith("-01")) && h(Box, { fontSize: "xs", color: "fg.muted" }, MONTH.format(new Date(`${day}T00:00:00Z`))),
          h("abbr", { title: date(day), style: { textDecoration: "none" } }, Number(day.slice(8))))))),
      h(Table.Body, null, data.sources.map((source) => h(Table.Row, { key: source.source },
        h(Table.ColumnHeader, { scope: "row", whiteSpace: "nowrap" }, source.name),
        source.days.map((each, place) => h(Table.Cell, { key: place, px: "2px", textAlign: "center" },
          h(Badge, { colorPalette: DAYS[each][1], variant: "subtle", justifyContent: "center", minW: "1.4rem", title: `${date(data.days[place])}: ${DAYS[each][2]}` },
            h("span", { "aria-hidden": true }, DAYS[each][0]), h("span", { style: HIDDEN }, DAYS[each][2]))))))))),
    data.sources.filter((source) => lacks(source) || source.lacking.length > 0).map((source) =>
      h(Box, { key: source.source, mt: 3 },
        h(Text, { fontWeight: "bold" }, source.name),
        source.lacking.map((line) => h(Text, { key: line, fontSize: "sm", whiteSpace: "pre-wrap" }, line)),
        h(Flex, { gap: 2, wrap: "wrap", mt: 1 },
          lacks(source) && h(Button, {
            size: "sm", variant: "outline", "aria-label": `Recolectar estos días: ${source.name}`,
            onClick: () => setForm(collecting(source, data.days)),
          }, "Recolectar estos días"),
          source.refused.map((batch) => h(Button, { key: batch, size: "sm", variant: "outline", onClick: () => setForm(deciding(source, batch)) },
            `Decidir sobre el lote ${batch}`))))),
    form && h(Form, { ...form, key: form.title, filled: { contrato: row.contract_id, ...form.filled }, onClose: () => setForm(null) }),
    data.findings.length > 0 && h(Box, { mt: 4 },
      h(Heading, { as: "h3", size: "sm", mb: 1 }, "Hallazgos abiertos"),
      h(Stack, { as: "ul", listStyleType: "none", gap: 1 }, data.findings.map((each, place) => h(Flex, { as: "li", key: place, gap: 2, align: "start" },
        tag((SEVERITIES[each.severity] ?? [each.severity])[0].replace(/s$/, ""), (SEVERITIES[each.severity] ?? [0, "gray"])[1]),
        h(Text, { fontSize: "sm", whiteSpace: "pre-wrap" }, `${each.day ? `${date(each.day)}: ` : ""}${each.detail}`))))))));
}

const HIDDEN = { position: "absolute", width: 1, height: 1, overflow: "hidden", clipPath: "inset(50%)", whiteSpace: "nowrap" };

const lacks = (source) => source.days.some((day) => !["whole", "pending"].includes(day));

const collecting = (source, days) => ({
  dagId: source.dag_id, title: `Recolectar de nuevo: ${source.name}`, fields: ["contrato", "desde", "hasta"], filled: span(days, source.days),
});

const deciding = (source, batch) => ({
  dagId: source.dag_id, title: `Decidir sobre el lote ${batch}: ${source.name}`, fields: ["contrato", "lote", "decision", "motivo"],
  filled: { lote: String(batch), motivo: "" },
});

/** The first and last day that something is lacking of. */
function span(days, states) {
  const lacking = days.filter((_, place) => !["whole", "pending"].includes(states[place]));
  return { desde: lacking[0], hasta: lacking[lacking.length - 1] };
}

function Checks({ base }) {
  const found = useData(`${base}/checks`);
  return h(Section, { title: "Comprobaciones que no pasaron" }, h(Loaded, { of: found }, (data) =>
    data.length === 0
      ? h(Pale, null, "Ninguna.")
      : h(Stack, { as: "ul", listStyleType: "none", gap: 3 }, data.map((each, place) => {
        const [words, palette] = CHECKS[each.severity] ?? [each.severity, "gray"];
        return h(Box, { as: "li", key: place, borderWidth: 1, borderRadius: "md", p: 3 },
          h(Flex, { gap: 2, wrap: "wrap", align: "center" }, tag(words, palette),
            h(Pale, { as: "span", fontFamily: "mono", wordBreak: "break-word" }, each.check),
            h(Pale, { as: "span" }, `${moment(each.checked_at)}${each.batch_id ? ` · lote ${each.batch_id}` : ""}`)),
          h(Text, { mt: 1, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }, each.detail),
          each.rows.length > 0 && h(Stack, { as: "ul", mt: 2, gap: 0 }, each.rows.map((line) =>
            h(Text, { as: "li", key: line.place, fontSize: "sm", overflowWrap: "anywhere" }, `Fila ${line.place}: ${line.reason}`))));
      }))));
}

function Certificate({ contractId }) {
  const found = useData(`${DATA}contracts/${encodeURIComponent(contractId)}/certificate`);
  if (found.error) return h(Failure, { error: found.error });
  if (!found.data) return h(Pale, null, "Certificado de firma: leyéndolo…");
  const { days, signer, until: end } = found.data;
  return h(Flex, { gap: 2, align: "center", wrap: "wrap" },
    h(Pale, { as: "span" }, `Certificado de firma de ${signer}: sirve hasta el ${moment(end)}`),
    tag(days < 0 ? "vencido" : `${days} días`, days <= 30 ? "red" : days <= 60 ? "orange" : "green"));
}

function Contract({ contractId, number }) {
  const found = useData(`${DATA}contracts/${encodeURIComponent(contractId)}`, REFRESH_MS);
  return h(Box, { p: { base: 2, md: 4 }, "data-desk": "" },
    h(Box, { as: "nav", "aria-label": "Volver", mb: 2 }, to(PAGE, "← Informes")),
    h(Loaded, { of: found }, (data) => {
      const row = data.rows.find((each) => each.report_number === number) ?? data.rows[0];
      const base = `${DATA}contracts/${encodeURIComponent(contractId)}/reports/${encodeURIComponent(row?.report_number ?? "")}`;
      return h(React.Fragment, null,
        h(Heading, { as: "h1", size: "xl" }, data.entity ?? contractId),
        h(Pale, null, data.number ? `Contrato ${data.number} · ${contractId}` : contractId),
        data.error && h(Failure, { error: new Error(data.error) }),
        h(Certificate, { contractId }),
        h(Flex, { as: "nav", "aria-label": "Informes del contrato", gap: 2, my: 3, wrap: "wrap" },
          [...data.rows].sort((one, other) => one.cut_off.localeCompare(other.cut_off)).map((each) =>
            h(Button, { key: each.report_number, asChild: true, size: "sm", variant: each === row ? "solid" : "outline" },
              h(RouterLink, { to: reportPath(each), "aria-current": each === row ? "page" : undefined }, `${each.report_number}: ${state(each)[0]}`)))),
        row && h(Box, { key: row.report_number },
          h(Box, { borderWidth: 1, borderRadius: "md", p: 3 },
            h(Flex, { gap: 3, align: "center", wrap: "wrap" },
              h(Heading, { as: "h2", size: "md" }, `Informe ${row.report_number}`),
              tag(state(row)[0], state(row)[1]), h(Pale, { as: "span" }, state(row)[2])),
            h(Pale, null, `${period(row)} · cierre ${moment(row.cut_off)} (${until(row.cut_off, data.at)})`),
            row.state !== "upcoming" && h(Box, { mt: 2 }, h(Waits, { row, quiet: true })),
            h(Actions, { row })),
          row.version && h(Versions, { base }), h(Checks, { base }), h(Coverage, { base, row }), !row.version && h(Versions, { base })));
    }));
}

/** What alerts tell, also where nobody is told by mail. */
function Causes() {
  const found = useData(`${DATA}causes`, REFRESH_MS);
  return h(Loaded, { of: found }, (data) => (data.length === 0 ? null :
    h(Section, { title: data[0].total === 1 ? "Un asunto necesita a alguien" : `${data[0].total} asuntos necesitan a alguien` },
      h(Stack, { as: "ul", listStyleType: "none", gap: 3 }, data.map((each) =>
        h(Box, { as: "li", key: `${each.kind} ${each.about} ${each.since} ${each.address}` },
          to(`/${each.address}`, `${each.title}: ${each.about}`, { fontWeight: "bold" }),
          h(Text, null, `${each.said}, desde el ${moment(each.since)}`),
          h(Pale, null, `→ ${each.remedy}`)))))));
}

function Informes() {
  const [contractId, number] = (useParams()["*"] ?? "").split("/").map(decodeURIComponent);
  return contractId ? h(Contract, { key: contractId, contractId, number }) : h(List);
}

const MOST_AT_HOME = 5;

function Panel() {
  const found = useData(`${DATA}reports?attention=true&limit=${MOST_AT_HOME}`, REFRESH_MS);
  const id = useId();
  return h(Box, { as: "section", "aria-labelledby": id, borderWidth: 1, borderRadius: "md", p: 4, mt: 4, "data-desk": "" },
    h(Flex, { justify: "space-between", gap: 2, mb: 2, wrap: "wrap" },
      h(Heading, { as: "h2", id, size: "md" }, "Informes que necesitan a alguien"), to(PAGE, "Todos los informes")),
    h(Loaded, { of: found }, (data) =>
      data.total === 0
        ? h(Text, null, "Ninguno: todo lo que vence está emitido o en camino.")
        : h(React.Fragment, null,
          h(Stack, { as: "ul", listStyleType: "none", gap: 2 }, data.rows.map((row) =>
            h(Flex, { as: "li", key: `${row.contract_id} ${row.report_number}`, gap: 3, wrap: "wrap", align: "center" },
              tag(state(row)[0], state(row)[1], state(row)[2]),
              to(reportPath(row), `${row.entity ?? row.contract_id} ${row.report_number}`, { fontWeight: "bold" }),
              h(Pale, { as: "span" }, `cierre ${until(row.cut_off, data.at)}`),
              row.questions.map((each) => h(React.Fragment, { key: each.address }, to(`/${each.address}`, "Responder")))))),
          data.total > data.rows.length && h(Box, { mt: 2 }, to(PAGE, `y ${data.total - data.rows.length} más`)))));
}

globalThis.Informes = Informes;
globalThis["Lo que necesita a alguien"] = Panel;
