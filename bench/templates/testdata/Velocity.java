import com.fasterxml.jackson.databind.ObjectMapper;
import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.Option;
import com.jayway.jsonpath.ReadContext;
import com.jayway.jsonpath.spi.json.JacksonJsonProvider;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.lang.StringEscapeUtils;
import org.apache.velocity.Template;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.event.InvalidReferenceEventHandler;
import org.apache.velocity.context.Context;
import org.apache.velocity.runtime.RuntimeInstance;
import org.apache.velocity.util.introspection.Info;

/**
 * Renders the workloads with Apache Velocity 1.7, set up like API Gateway.
 *
 * <p>JSON is read by Jackson, because Debian's json-smart 2.2 refuses objects of
 * more than 400 objects as nested too deeply. Jackson is the faster of the two.
 *
 * <p>Reads commands, one a line: "run NAME MILLISECONDS BATCH" renders for
 * that long, looking at the clock after each batch, and answers with the number
 * of renders; "show NAME" answers with the number of bytes of one output and then
 * these.
 */
public final class Velocity {
    /** Gives the empty string for whatever cannot be resolved. */
    public static final class Missing implements InvalidReferenceEventHandler {
        public Object invalidGetMethod(Context c, String reference, Object o, String property, Info info) {
            return "";
        }

        public boolean invalidSetMethod(Context c, String left, String right, Info info) {
            return false;
        }

        public Object invalidMethod(Context c, String reference, Object o, String method, Info info) {
            return "";
        }
    }

    /** What $input gives; one for each render. */
    public static final class Input {
        private final Workload w;
        private ReadContext document;

        Input(Workload w) {
            this.w = w;
        }

        public String getBody() {
            return w.body;
        }

        private Object read(String path) {
            if (document == null) {
                document = JsonPath.using(w.configuration).parse(w.body);
            }
            return document.read(path);
        }

        public Object path(String path) {
            return read(path);
        }

        public String json(String path) {
            Object v = read(path);
            return v == null ? "\"\"" : w.configuration.jsonProvider().toJson(v);
        }

        public Map<String, Map<String, String>> params() {
            return new LinkedHashMap<>(w.params);
        }

        public String params(String name) {
            for (Map<String, String> group : w.params.values()) {
                String v = group.get(name);
                if (v != null) {
                    return v;
                }
            }
            return "";
        }
    }

    /** What $util gives. */
    public static final class Util {
        public String escapeJavaScript(String s) {
            return StringEscapeUtils.escapeJavaScript(s);
        }

        public String urlEncode(String s) {
            return URLEncoder.encode(s, StandardCharsets.UTF_8);
        }

        public String urlDecode(String s) {
            return URLDecoder.decode(s, StandardCharsets.UTF_8);
        }

        public String base64Encode(String s) {
            return Base64.getEncoder().encodeToString(s.getBytes(StandardCharsets.UTF_8));
        }

        public String base64Decode(String s) {
            return new String(Base64.getDecoder().decode(s), StandardCharsets.UTF_8);
        }

        public Object parseJson(String s) throws Exception {
            return ordered(s);
        }
    }

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static Object ordered(String json) throws Exception {
        return MAPPER.readValue(json, Object.class);
    }

    /** A compiled template and the request it is rendered for. */
    private static final class Workload {
        final Template template = new Template();
        final String body;
        final Map<String, Map<String, String>> params = new LinkedHashMap<>();
        final Map<String, Object> context;
        final Map<String, String> stageVariables;
        final Configuration configuration = Configuration.builder()
            .jsonProvider(new JacksonJsonProvider())
            .options(Option.SUPPRESS_EXCEPTIONS)
            .build();

        @SuppressWarnings("unchecked")
        Workload(RuntimeInstance engine, Path directory, String name) throws Exception {
            Map<String, Object> c = (Map<String, Object>) ordered(Files.readString(directory.resolve(name + ".json")));
            Map<String, Object> request = (Map<String, Object>) c.get("request");
            String text = (String) request.get("body");
            body = text == null || text.isEmpty() ? "{}" : text;
            Map<String, Object> groups = (Map<String, Object>) request.get("params");
            for (String kind : List.of("path", "querystring", "header")) {
                params.put(kind, (Map<String, String>) groups.getOrDefault(kind, new LinkedHashMap<>()));
            }
            context = (Map<String, Object>) c.get("context");
            stageVariables = (Map<String, String>) c.get("stageVariables");
            template.setName(name);
            template.setRuntimeServices(engine);
            template.setData(engine.parse(new StringReader(Files.readString(directory.resolve(name + ".vtl"))), name));
            template.initDocument();
        }

        /** Returns $context, made anew as hash maps. */
        @SuppressWarnings("unchecked")
        private Map<String, Object> context() {
            Map<String, Object> out = new HashMap<>();
            for (Map.Entry<String, Object> e : context.entrySet()) {
                Object v = e.getValue();
                out.put(e.getKey(), v instanceof Map ? new HashMap<>((Map<String, Object>) v) : v);
            }
            Map<String, Object> request = new HashMap<>();
            request.put("header", new HashMap<String, Object>());
            request.put("querystring", new HashMap<String, Object>());
            request.put("path", new HashMap<String, Object>());
            Map<String, Object> response = new HashMap<>();
            response.put("header", new HashMap<String, Object>());
            out.put("requestOverride", request);
            out.put("responseOverride", response);
            return out;
        }

        String render() {
            Map<String, Object> variables = new HashMap<>();
            variables.put("input", new Input(this));
            variables.put("util", new Util());
            variables.put("context", context());
            variables.put("stageVariables", stageVariables);
            StringWriter out = new StringWriter();
            template.merge(new VelocityContext(variables), out);
            return out.toString();
        }
    }

    public static void main(String[] args) throws Exception {
        RuntimeInstance engine = new RuntimeInstance();
        engine.setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
        engine.setProperty("eventhandler.invalidreferences.class", Missing.class.getName());
        engine.setProperty("velocimacro.permissions.allow.inline", "false");
        engine.setProperty("directive.foreach.maxloops", "1000");
        engine.init();
        Map<String, Workload> workloads = new HashMap<>();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        OutputStream out = System.out;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] command = line.split(" ");
            Workload w = workloads.get(command[1]);
            if (w == null) {
                w = new Workload(engine, Path.of(args[0]), command[1]);
                workloads.put(command[1], w);
            }
            if (command[0].equals("show")) {
                byte[] text = w.render().getBytes(StandardCharsets.UTF_8);
                out.write((text.length + "\n").getBytes(StandardCharsets.US_ASCII));
                out.write(text);
            } else {
                long end = System.nanoTime() + Long.parseLong(command[2]) * 1_000_000;
                int batch = Integer.parseInt(command[3]);
                long renders = 0;
                long length = 0;
                do {
                    for (int i = 0; i < batch; i++) {
                        length += w.render().length();
                    }
                    renders += batch;
                } while (System.nanoTime() < end);
                if (length == 0) {
                    throw new IllegalStateException("no output");
                }
                out.write((renders + "\n").getBytes(StandardCharsets.US_ASCII));
            }
            out.flush();
        }
    }
}
