package io.mlops4j.runtime.cli;

import io.mlops4j.error.RegistryException;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.JdbcModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where a registry is. */
sealed interface Address {
  /** Opens a registry to write, which is made where there is none. */
  ModelRegistry openOrMake(RegistryOptions options);

  /** Opens a registry that is there: a mistyped address must not become an empty one. */
  ModelRegistry open(RegistryOptions options);

  /**
   * A folder.
   *
   * @param path where it is
   */
  record Folder(Path path) implements Address {
    @Override
    public ModelRegistry openOrMake(RegistryOptions options) {
      return FileModelRegistry.open(path, options);
    }

    @Override
    public ModelRegistry open(RegistryOptions options) {
      if (isNothing()) {
        throw new RegistryException(
            path
                + ": found no registry, expected its folder; check the path, or publish a first"
                + " model, which makes one",
            null);
      }
      return FileModelRegistry.open(path, options);
    }

    /** Whether nothing is there, or an empty folder. */
    boolean isNothing() {
      if (!Files.isDirectory(path)) {
        return !Files.exists(path);
      }
      try (Stream<Path> entries = Files.list(path)) {
        return entries.findAny().isEmpty();
      } catch (IOException e) {
        return false; // opening it says what is wrong
      }
    }
  }

  /**
   * Tables in a database.
   *
   * @param url what its driver takes
   * @param properties user and password, where they are not in the URL
   * @param place where in the database
   */
  record Database(String url, Properties properties, Place place) implements Address {
    @Override
    public ModelRegistry openOrMake(RegistryOptions options) {
      return builder(options).open();
    }

    @Override
    public ModelRegistry open(RegistryOptions options) {
      return builder(options).existing().open();
    }

    private JdbcModelRegistry.Builder builder(RegistryOptions options) {
      JdbcModelRegistry.Builder builder =
          JdbcModelRegistry.builder(url, properties).options(options);
      if (place.schema() != null) {
        builder.schema(place.schema());
      }
      if (place.prefix() != null) {
        builder.prefix(place.prefix());
      }
      if (place.blobs() != null) {
        builder.blobsIn(place.blobs());
      }
      return builder;
    }
  }

  /**
   * Where in a database.
   *
   * @param schema the schema of the tables, the connection's own if null
   * @param prefix what their names begin with, the library's own if null
   * @param blobs the folder of the models' bytes, in the database if null
   */
  record Place(@Nullable String schema, @Nullable String prefix, @Nullable Path blobs) {
    boolean isEmpty() {
      return schema == null && prefix == null && blobs == null;
    }
  }
}
