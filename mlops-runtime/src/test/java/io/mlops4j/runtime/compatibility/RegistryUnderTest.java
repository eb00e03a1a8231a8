package io.mlops4j.runtime.compatibility;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import java.nio.file.Path;

/** One store, empty at first, and what an intruder with write access to it can do. */
public interface RegistryUnderTest {
  /**
   * Opens the store, as another process would: every call gives a registry of its own.
   *
   * @param folder an empty folder that is the test's own, the same within a test
   * @param options what to open it with
   */
  ModelRegistry open(Path folder, RegistryOptions options);

  /** Makes the store unreachable for the registries that are open. */
  void takeAway() throws Exception;

  /** Brings it back. */
  void bringBack() throws Exception;

  /** Changes one bit of a version's model file. */
  void damageBytes(ModelVersion version) throws Exception;

  /** Changes the actor in a record of an alias, with the record's own checksum made anew. */
  void forgeRecord(String ref, long number) throws Exception;

  /** The same to a record of the states of a model's versions. */
  void forgeChange(String model, long number) throws Exception;

  /** Changes the actor in all records of an alias, with all checksums and links made anew. */
  void rewriteHistory(String ref) throws Exception;

  /** Gives a record of an alias the signature of another, with its own checksum made anew. */
  void moveSignature(String from, long number, String to, long toNumber) throws Exception;

  /** Changes one bit of the only signature that is kept beside a version. */
  void damageSignature(ModelVersion version) throws Exception;

  /** Deletes the newest record of an alias, as if it had never been. */
  void cutRecord(String ref, long number) throws Exception;

  /** Deletes the newest version of a model, as if it had never been. */
  void cutVersion(ModelVersion version) throws Exception;

  /** Whether a version's model file is still stored. */
  boolean hasBytes(ModelVersion version) throws Exception;
}
