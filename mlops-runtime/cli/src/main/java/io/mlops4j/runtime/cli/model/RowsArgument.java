package io.mlops4j.runtime.cli.model;

import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.cli.shell.GlobalOptions;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Reads the rows of arguments that are files or addresses of databases. */
@SuppressWarnings("NullAway.Init") // Picocli sets the fields
final class RowsArgument {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--query",
      paramLabel = "SQL",
      description =
          "The query of an argument that is the address of a database, such as"
              + " jdbc:postgresql://host/name, instead of a file. User and password come from"
              + " MLOPS4J_DATA_USER and MLOPS4J_DATA_PASSWORD.")
  private @Nullable String query;

  static boolean isDatabase(String in) {
    return in.startsWith("jdbc:");
  }

  /** Checks that there is a query if, and only if, an argument needs it. */
  void check(String... in) {
    List<String> databases = Stream.of(in).filter(RowsArgument::isDatabase).toList();
    if (query == null && !databases.isEmpty()) {
      throw misused("--query: found none; expected the query of " + databases.get(0));
    }
    if (query != null && databases.isEmpty()) {
      throw misused(
          "--query: found no address of a database; expected one instead of the file, such as"
              + " jdbc:postgresql://host/name");
    }
  }

  /** Opens a reader, which the caller closes. */
  FeatureReader open(ModelRuntime runtime, String in, ReadOptions options) {
    String sql = query;
    if (sql != null && isDatabase(in)) {
      GlobalOptions global = (GlobalOptions) command.root().userObject();
      return runtime.query(global.database(command, in), sql, options);
    }
    return runtime.read(path(in), options);
  }

  Path path(String in) {
    try {
      return Path.of(in);
    } catch (InvalidPathException e) {
      throw misused(e.getMessage() + "; expected a path");
    }
  }

  private ParameterException misused(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
