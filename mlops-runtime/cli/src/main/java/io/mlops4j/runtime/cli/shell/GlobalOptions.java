package io.mlops4j.runtime.cli.shell;

import io.mlops4j.error.DataException;
import io.mlops4j.registry.RegistryHead;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.trust.TrustPolicy;
import io.mlops4j.runtime.trust.TrustedKey;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** The program with the options that stand before or after the name of a command. */
@Command(
    name = "mlops4j",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = LibraryVersion.class,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the command succeeded",
      "1:the command failed, a verification found a break, or drift or quality could judge nothing",
      "2:the command line is wrong",
      "3:drift found a column that drifted, or quality a check that failed"
    })
public final class GlobalOptions {
  private static final String DATA = "MLOPS4J_DATA_";

  /** The prefix of the variables that hold user and password of a second registry. */
  public static final String TO = "MLOPS4J_TO_";

  private static final String PREFIX = "MLOPS4J_";
  private static final String REGISTRY = PREFIX + "REGISTRY";
  private static final String SCHEMA = PREFIX + "SCHEMA";

  private static final Pattern PASSWORD_IN_URL = Pattern.compile("(?i)^jdbc:.*password=");

  private final UnaryOperator<@Nullable String> environment;
  private final boolean terminal;

  @Option(
      names = "--registry",
      paramLabel = "ADDRESS",
      scope = ScopeType.INHERIT,
      description =
          "The registry: a folder, or a database such as jdbc:postgresql://host/name. Default: "
              + REGISTRY
              + " of the environment. User and password of a database come from MLOPS4J_USER and"
              + " MLOPS4J_PASSWORD.")
  private @Nullable String registry;

  @Option(
      names = "--schema",
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      description = "The schema of the database. Default: " + SCHEMA + " of the environment.")
  private @Nullable String schema;

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      scope = ScopeType.INHERIT,
      description = "The prefix of the table names. Default: mlops4j_.")
  private @Nullable String prefix;

  @Option(
      names = "--blobs",
      paramLabel = "FOLDER",
      scope = ScopeType.INHERIT,
      description =
          "The folder that holds the bytes of the models. Default: the database holds them.")
  private @Nullable Path blobs;

  @Option(
      names = "--trust",
      paramLabel = "PEM",
      scope = ScopeType.INHERIT,
      description =
          "Accept only records signed with this public key's private key; may be repeated. With"
              + " verify, predict and inspect, also the model must be signed.")
  private List<Path> trusted = new ArrayList<>();

  @Option(
      names = "--trust-since",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "A head that was saved elsewhere. Records up to it need no signature.")
  private @Nullable Path since;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print one JSON document instead of text.")
  private boolean json;

  @Option(
      names = "--progress",
      negatable = true,
      scope = ScopeType.INHERIT,
      description = "Show progress on standard error. Default: only on a terminal.")
  private @Nullable Boolean progress;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of a failure.")
  private boolean debug;

  /**
   * Creates the options.
   *
   * @param environment returns the value of an environment variable, or null
   * @param terminal whether the process is attached to a terminal
   */
  public GlobalOptions(UnaryOperator<@Nullable String> environment, boolean terminal) {
    this.environment = environment;
    this.terminal = terminal;
  }

  /**
   * Removes the options of registries and of those who sign in them.
   *
   * @param command a command that has no use for them
   */
  public static void removeRegistry(CommandSpec command) {
    List.of("--registry", "--schema", "--prefix", "--blobs", "--trust", "--trust-since")
        .forEach(name -> command.remove(command.findOption(name)));
  }

  /** {@return whether failures are printed with their stack trace} */
  public boolean debug() {
    return debug;
  }

  boolean json() {
    return json;
  }

  boolean terminal() {
    return terminal;
  }

  /**
   * Returns whether progress is shown.
   *
   * @return whether the option is set, or else whether standard error is a terminal
   */
  public boolean progress() {
    return progress == null ? terminal : progress;
  }

  /**
   * Returns the options of a registry: whose records it accepts.
   *
   * @param spec the command, for the message
   * @return the options
   * @throws IOException if a key or a head cannot be read
   */
  public RegistryOptions options(CommandSpec spec) throws IOException {
    if (trusted.isEmpty()) {
      if (since != null) {
        throw new ParameterException(
            spec.commandLine(), "--trust-since: needs a key; add --trust PEM");
      }
      return RegistryOptions.defaults();
    }
    List<TrustedKey> keys = trusted.stream().map(TrustedKey::read).toList();
    TrustPolicy policy =
        TrustPolicy.signedBy(keys.get(0), keys.stream().skip(1).toArray(TrustedKey[]::new));
    RegistryOptions.Builder all = RegistryOptions.builder();
    return (since == null ? all.trusting(policy) : all.trusting(policy, head(since))).build();
  }

  /** {@return the keys of {@code --trust}; files with public keys} */
  public List<Path> trusted() {
    return trusted;
  }

  /**
   * Reads a head.
   *
   * @param file a file that {@code verify --save-head} wrote
   * @return the head
   * @throws IOException if the file cannot be read
   * @throws DataException if the file holds no head
   */
  public static RegistryHead head(Path file) throws IOException {
    try {
      return RegistryHead.parse(Files.readString(file));
    } catch (CharacterCodingException e) {
      throw new DataException(
          file + ": not a text file; expected a head that verify --save-head wrote", e);
    } catch (IllegalArgumentException e) {
      throw new DataException(file + ": " + e.getMessage() + " that verify --save-head wrote", e);
    }
  }

  /**
   * Returns the address of the registry that the command works on.
   *
   * @param spec the command, for the message
   * @return the address
   */
  public RegistryPlace address(CommandSpec spec) {
    String text = given(registry, REGISTRY);
    if (text == null) {
      throw new ParameterException(
          spec.commandLine(),
          "no registry is named; add --registry ADDRESS or set "
              + REGISTRY
              + " in the environment");
    }
    String what = registry == null ? REGISTRY : "--registry";
    String within = isDatabase(text) ? given(schema, SCHEMA) : schema;
    return address(spec, what, text, new RegistryPlace.TablePlace(within, prefix, blobs), PREFIX);
  }

  /**
   * Returns the address of a second registry.
   *
   * @param spec the command, for the message
   * @param what the name of the parameter
   * @param text its value
   * @param place schema, prefix and folder of bytes
   * @return the address
   */
  public RegistryPlace target(
      CommandSpec spec, String what, String text, RegistryPlace.TablePlace place) {
    return address(spec, what, text, place, given(null, TO + "USER") == null ? PREFIX : TO);
  }

  private RegistryPlace address(
      CommandSpec spec,
      String what,
      String text,
      RegistryPlace.TablePlace place,
      String variables) {
    if (isDatabase(text)) {
      if (!what.equals(REGISTRY)) {
        requireNoPassword(spec, what, text, variables);
      }
      return new RegistryPlace.DatabasePlace(text, properties(variables), place);
    }
    if (!place.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          what
              + ": "
              + text
              + " is a folder, but schema, prefix and blobs belong to a database; remove them");
    }
    try {
      return new RegistryPlace.FolderPlace(Path.of(text));
    } catch (InvalidPathException e) {
      throw new ParameterException(
          spec.commandLine(), what + ": " + e.getMessage() + "; expected a path", e);
    }
  }

  /**
   * Returns a database whose rows are read.
   *
   * @param spec the command, for the message
   * @param url the JDBC URL
   * @return a database with the user and password of {@code MLOPS4J_DATA_USER} and {@code
   *     MLOPS4J_DATA_PASSWORD}
   */
  public DataSource database(CommandSpec spec, String url) {
    requireNoPassword(spec, "the address of the data", url, DATA);
    return new DriverSource(url, properties(DATA));
  }

  private static void requireNoPassword(
      CommandSpec spec, String what, String url, String variables) {
    if (PASSWORD_IN_URL.matcher(url).find()) {
      throw new ParameterException(
          spec.commandLine(),
          what
              + ": a password on the command line can be read by every process of the machine;"
              + " set "
              + variables
              + "PASSWORD in the environment instead");
    }
  }

  private static boolean isDatabase(String address) {
    return address.startsWith("jdbc:");
  }

  /** User and password from the environment, which processes of other users cannot read. */
  private Properties properties(String variables) {
    Properties properties = new Properties();
    String user = given(null, variables + "USER");
    if (user != null) {
      properties.put("user", user);
    }
    String password = environment.apply(variables + "PASSWORD");
    if (password != null) {
      properties.put("password", password);
    }
    return properties;
  }

  private @Nullable String given(@Nullable String option, String variable) {
    String text = option == null ? environment.apply(variable) : option;
    return text == null || text.isBlank() ? null : text;
  }
}
