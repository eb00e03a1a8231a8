package io.mlops4j.runtime.registry.store;

import io.mlops4j.model.ModelVersion;
import java.util.List;

/**
 * Reads what is stored of versions, except for the bytes of their files.
 *
 * <p>Methods throw {@link io.mlops4j.error.IntegrityException} for a document that must exist and
 * does not, and another {@link io.mlops4j.error.RegistryException} if the storage cannot be
 * reached.
 */
public interface VersionReader {
  byte[] manifest(String model, int number);

  byte[] card(String model, int number);

  /** Throws if a copy of the manifest's values, such as a column for searches, differs from it. */
  void checkCopies(Manifest manifest);

  /** Returns whether a version's files exist, intact or damaged. */
  boolean hasFiles(ModelVersion version);

  /** Throws if a listed file is missing or an unlisted one exists. Does not read the files. */
  void checkFiles(ModelVersion version, Manifest manifest);

  /** Returns the names of a version's signatures, sorted. */
  List<String> signatures(ModelVersion version);
}
