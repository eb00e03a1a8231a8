package io.mlops4j.runtime.cli;

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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** What every command takes, before or after its name. */
final class Shared {
  static final String TO = "MLOPS4J_TO_";
  private static final String PREFIX = "MLOPS4J_";
  private static final String REGISTRY = PREFIX + "REGISTRY";
  private static final String SCHEMA = PREFIX + "SCHEMA";

  private static final Pattern PASSWORD_IN_URL = Pattern.compile("(?i)^jdbc:.*password=");

  private final UnaryOperator<@Nullable String> environment;
  final boolean terminal;

  @Option(
      names = "--registry",
      paramLabel = "ADDRESS",
      scope = ScopeType.INHERIT,
      description =
          "Where the registry is: a folder, or a database as jdbc:postgresql://host/name; "
              + REGISTRY
              + " in the environment if not given. A database's user and password are always"
              + " there, in MLOPS4J_USER and MLOPS4J_PASSWORD.")
  private @Nullable String registry;

  @Option(
      names = "--schema",
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      description = "The database's schema; " + SCHEMA + " in the environment if not given.")
  private @Nullable String schema;

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      scope = ScopeType.INHERIT,
      description = "What the names of its tables begin with; mlops4j_ if not given.")
  private @Nullable String prefix;

  @Option(
      names = "--blobs",
      paramLabel = "FOLDER",
      scope = ScopeType.INHERIT,
      description = "Where the models' bytes are, if not in the database.")
  private @Nullable Path blobs;

  @Option(
      names = "--trust",
      paramLabel = "PEM",
      scope = ScopeType.INHERIT,
      description =
          "Believe only records that this public key's owner has signed; may be repeated.")
  private List<Path> trusted = new ArrayList<>();

  @Option(
      names = "--trust-since",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "A head that was kept elsewhere: records up to it need no signature.")
  private @Nullable Path since;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print one JSON document instead of lines for people.")
  boolean json;

  @Option(
      names = "--progress",
      negatable = true,
      scope = ScopeType.INHERIT,
      description = "Show on standard error how far long work is; only on a terminal if not given.")
  private @Nullable Boolean progress;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of what failed.")
  boolean debug;

  Shared(UnaryOperator<@Nullable String> environment, boolean terminal) {
    this.environment = environment;
    this.terminal = terminal;
  }

  boolean progress() {
    return progress == null ? terminal : progress;
  }

  /** With whose records are believed. */
  RegistryOptions options(CommandSpec spec) throws IOException {
    RegistryOptions options = RegistryOptions.withDefaults();
    if (trusted.isEmpty()) {
      if (since != null) {
        throw new ParameterException(
            spec.commandLine(), "--trust-since: found no --trust with it, expected a key");
      }
      return options;
    }
    List<TrustedKey> keys = trusted.stream().map(TrustedKey::read).toList();
    TrustPolicy policy =
        TrustPolicy.signedBy(keys.get(0), keys.stream().skip(1).toArray(TrustedKey[]::new));
    return since == null ? options.trusting(policy) : options.trusting(policy, head(since));
  }

  /** The keys of {@code --trust}. */
  List<Path> trusted() {
    return trusted;
  }

  /** A head that was kept in a file. */
  static RegistryHead head(Path file) throws IOException {
    try {
      return RegistryHead.parse(Files.readString(file));
    } catch (CharacterCodingException e) {
      throw new DataException(
          file + ": found a file that is no text, expected a head as verify --save-head keeps it",
          e);
    } catch (IllegalArgumentException e) {
      throw new DataException(file + ": " + e.getMessage() + ", as verify --save-head keeps it", e);
    }
  }

  /** Where the registry is that the command works on. */
  Address address(CommandSpec spec) {
    String text = given(registry, REGISTRY);
    if (text == null) {
      throw new ParameterException(
          spec.commandLine(),
          "found no registry, expected --registry ADDRESS, or " + REGISTRY + " in the environment");
    }
    String what = registry == null ? REGISTRY : "--registry";
    String within = isDatabase(text) ? given(schema, SCHEMA) : schema;
    return address(spec, what, text, new Address.Place(within, prefix, blobs), PREFIX);
  }

  /** Where a second registry is. */
  Address target(CommandSpec spec, String what, String text, Address.Place place) {
    return address(spec, what, text, place, given(null, TO + "USER") == null ? PREFIX : TO);
  }

  private Address address(
      CommandSpec spec, String what, String text, Address.Place place, String variables) {
    if (isDatabase(text)) {
      if (!what.equals(REGISTRY) && PASSWORD_IN_URL.matcher(text).find()) {
        throw new ParameterException(
            spec.commandLine(),
            what
                + ": found a password on the command line, where every process of the machine"
                + " reads it, expected it in "
                + variables
                + "PASSWORD in the environment");
      }
      return new Address.Database(text, properties(variables), place);
    }
    if (!place.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          what
              + ": found the folder "
              + text
              + " with a schema, a prefix or a folder of blobs, expected these with a database only");
    }
    try {
      return new Address.Folder(Path.of(text));
    } catch (InvalidPathException e) {
      throw new ParameterException(
          spec.commandLine(), what + ": found " + e.getMessage() + ", expected a path", e);
    }
  }

  private static boolean isDatabase(String address) {
    return address.startsWith("jdbc:");
  }

  /** User and password of the environment, which other people's processes do not see. */
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
