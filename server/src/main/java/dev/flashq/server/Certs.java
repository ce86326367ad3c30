package dev.flashq.server;

import dev.flashq.security.CertificateAuthority;
import dev.flashq.security.CertificateAuthority.Holder;
import dev.flashq.security.CertificateUse;
import dev.flashq.security.InvalidCertificateException;
import dev.flashq.server.config.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code flashq certs}: makes an authority, and certificates of it. */
final class Certs {
  private static final int DAYS = 365;
  private static final String USAGE =
      """
      usage: flashq certs ca --out DIR                                             an authority
             flashq certs server --ca DIR --name NAME --host HOST,... --out DIR    for the client ports of a node
             flashq certs client --ca DIR --name NAME --out DIR                    for a client
             flashq certs peer --ca DIR --name NODE --host HOST,... --out DIR      for a node among its peers
             flashq certs csr --name NAME [--host HOST,...] --out DIR              a key, and a request for an authority
             flashq certs sign --ca DIR --csr FILE --as server|client|peer --name NAME [--host HOST,...] --out DIR
      All but ca and csr take --days DAYS (365). No file is ever written over.
      """;

  private final InstantSource clock = InstantSource.system();
  private final Options options;

  private Certs(Options options) {
    this.options = options;
  }

  /** What the process answers: 0 when everything was made, and named on the output. */
  static int run(List<String> args) {
    if (args.isEmpty()) {
      throw new ConfigException("what certificates?\n" + USAGE);
    }
    List<String> rest = args.subList(1, args.size());
    try {
      made(args.getFirst(), rest).forEach(file -> System.out.println("made " + file));
      return 0;
    } catch (InvalidCertificateException | IOException e) {
      System.err.println("flashq: " + e.getMessage());
      return Main.EXIT_FAILED;
    }
  }

  private static List<Path> made(String what, List<String> args) throws IOException {
    return switch (what) {
      case "ca" -> of(args, "--out").authority();
      case "server", "client", "peer" ->
          of(args, "--ca", "--name", "--host", "--days", "--out").issue(use(what));
      case "csr" -> of(args, "--name", "--host", "--out").request();
      case "sign" ->
          of(args, "--ca", "--csr", "--as", "--name", "--host", "--days", "--out").sign();
      default -> throw new ConfigException("unknown certificates '" + what + "'\n" + USAGE);
    };
  }

  private static Certs of(List<String> args, String... names) {
    return new Certs(Options.parse(args, List.of(names), List.of()));
  }

  private List<Path> authority() throws IOException {
    return CertificateAuthority.create(out(), clock);
  }

  private List<Path> issue(CertificateUse use) throws IOException {
    Holder holder = holder(use);
    int days = days();
    Path out = out();
    return opened().issue(holder, days, out);
  }

  private List<Path> request() throws IOException {
    return CertificateAuthority.request(holder(CertificateUse.CLIENT), out());
  }

  private List<Path> sign() throws IOException {
    Holder holder = holder(use(required("--as")));
    int days = days();
    Path request = Path.of(required("--csr"));
    Path out = out();
    return opened().sign(request, holder, days, out);
  }

  private CertificateAuthority opened() {
    return CertificateAuthority.open(Path.of(required("--ca")), clock);
  }

  private Holder holder(CertificateUse use) {
    return new Holder(use, required("--name"), hosts());
  }

  private Set<String> hosts() {
    String hosts = options.value("--host", "");
    return hosts.isEmpty() ? Set.of() : new LinkedHashSet<>(Arrays.asList(hosts.split(",", -1)));
  }

  private int days() {
    return options.number("--days", DAYS, 1, CertificateAuthority.MAX_DAYS);
  }

  private Path out() {
    return Path.of(required("--out"));
  }

  private String required(String option) {
    String value = options.value(option, "");
    if (value.isEmpty()) {
      throw new ConfigException("the option '" + option + "' is missing\n" + USAGE);
    }
    return value;
  }

  private static CertificateUse use(String text) {
    return Arrays.stream(CertificateUse.values())
        .filter(use -> use.name().toLowerCase(Locale.ROOT).equals(text))
        .findFirst()
        .orElseThrow(
            () -> new ConfigException("'" + text + "' is none of server, client and peer"));
  }
}
