package io.mlops4j.runtime.cli.shell;

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

/** The place of a registry: a folder or a database. */
public sealed interface RegistryPlace {
  /**
   * Opens the registry, and creates it if there is none.
   *
   * @param options its options
   * @return a registry to close
   */
  ModelRegistry openOrCreate(RegistryOptions options);

  /**
   * Opens an existing registry.
   *
   * @param options its options
   * @return a registry to close
   * @throws RegistryException if there is none, so that a mistyped address creates nothing
   */
  ModelRegistry open(RegistryOptions options);

  /**
   * A registry in a folder.
   *
   * @param path the folder
   */
  record FolderPlace(Path path) implements RegistryPlace {
    @Override
    public ModelRegistry openOrCreate(RegistryOptions options) {
      return FileModelRegistry.open(path, options);
    }

    @Override
    public ModelRegistry open(RegistryOptions options) {
      return FileModelRegistry.openExisting(path, options);
    }

    /** {@return whether the path does not exist or is an empty folder} */
    public boolean isNothing() {
      if (!Files.isDirectory(path)) {
        return !Files.exists(path);
      }
      try (Stream<Path> entries = Files.list(path)) {
        return entries.findAny().isEmpty();
      } catch (IOException e) {
        return false; // opening the registry throws an exception with the reason
      }
    }
  }

  /**
   * A registry in tables of a database.
   *
   * @param url the JDBC URL
   * @param properties user and password, if the URL does not hold them
   * @param place schema, prefix and folder of bytes
   */
  record DatabasePlace(String url, Properties properties, TablePlace place)
      implements RegistryPlace {
    @Override
    public ModelRegistry openOrCreate(RegistryOptions options) {
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
   * The place of the tables in a database.
   *
   * @param schema the schema of the tables; null: that of the connection
   * @param prefix the prefix of their names; null: the default
   * @param blobs the folder that holds the bytes of the models; null: the database holds them
   */
  record TablePlace(@Nullable String schema, @Nullable String prefix, @Nullable Path blobs) {
    boolean isEmpty() {
      return schema == null && prefix == null && blobs == null;
    }
  }
}
