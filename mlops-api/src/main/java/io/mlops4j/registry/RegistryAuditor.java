package io.mlops4j.registry;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The methods of a registry that prove its history: the chains of records, and their verification.
 * They change nothing.
 *
 * <p>{@link ModelRegistry} says which exceptions all methods share.
 */
public interface RegistryAuditor {
  /**
   * Returns all records of an alias, the oldest first. Every link of the chain is checked.
   *
   * @param ref {@code name@alias}
   * @return an unmodifiable list, empty if the alias was never assigned
   * @throws io.mlops4j.error.IntegrityException if a record was altered or is missing
   */
  List<AliasRecord> history(String ref);

  /**
   * Returns the record of an alias at a time: the newest record that is not later, in the order of
   * the chain. The whole history is read and checked.
   *
   * <p>In a folder, the time of a record is that of its writer's clock. If that was more than five
   * minutes behind an earlier record, it is only known that the record was written between that one
   * and the next one. No record is returned for a time between them.
   *
   * @param ref {@code name@alias}
   * @param when any time, even in the future
   * @return empty if the alias was not yet assigned; a removal if it was removed by then
   * @throws io.mlops4j.error.IntegrityException if a record was altered or is missing
   * @throws io.mlops4j.error.RegistryException if it is not known which record was the newest then;
   *     the message has the record and the bounds of its time
   */
  Optional<AliasRecord> at(String ref, Instant when);

  /**
   * Returns all records of the states of a model and its versions, the oldest first. Every link of
   * the chain is checked.
   *
   * @param model the model's name
   * @return an unmodifiable list, empty if no state was ever changed
   * @throws io.mlops4j.error.IntegrityException if a record was altered or is missing
   */
  List<VersionRecord> changes(String model);

  /**
   * Returns the ends of all chains. Keep them where the writers of this registry cannot write, and
   * pass them to {@link #verify(RegistryHead)} later. Little of each model is read, and only the
   * signatures of the newest records are checked, if the registry requires signatures.
   *
   * @return a value that can be printed and parsed
   */
  RegistryHead head();

  /**
   * Verifies every digest and every link of every chain, and that each signature of a model was
   * made for the files of its version. Problems are returned, not thrown.
   *
   * <p>A history that was rewritten as a whole, with all digests made anew, is detected only with a
   * head that was kept elsewhere, or if records are signed ({@link
   * VerifyOptions.Builder#trusting(RecordTrust)}). A history that was cut at its end is detected
   * only with a head.
   *
   * @return what was found
   */
  default Verification verify() {
    return verify(VerifyOptions.defaults());
  }

  /**
   * Verifies the registry against a head that was kept elsewhere. Everything that the head names
   * must exist unchanged; later records are accepted.
   *
   * @param expected what {@link #head()} returned earlier
   * @return what was found
   */
  default Verification verify(RegistryHead expected) {
    Objects.requireNonNull(expected, "expected");
    return verify(VerifyOptions.builder().expecting(expected).build());
  }

  /**
   * Verifies the parts of the registry that the options select. Other processes may write during
   * the verification; their changes may or may not be checked.
   *
   * @param options what to check, against what, and who is notified of progress
   * @return what was found
   * @throws io.mlops4j.error.RegistryException if the store cannot be reached
   */
  Verification verify(VerifyOptions options);
}
