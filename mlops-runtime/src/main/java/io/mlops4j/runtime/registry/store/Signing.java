package io.mlops4j.runtime.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.registry.RecordSigner;
import io.mlops4j.registry.RecordTrust;
import io.mlops4j.registry.RegistryHead;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.internal.document.Json;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The signer of a registry's records, and the trusted signers.
 *
 * @param signer signs new records; null leaves them unsigned
 * @param trust the trusted signers; null trusts every record
 * @param since the records up to this head need no signature
 */
public record Signing(
    @Nullable RecordSigner signer, @Nullable RecordTrust trust, RegistryHead since) {
  public static final Signing NONE = new Signing(null, null, RegistryHead.of(List.of()));

  static Signing of(RegistryOptions options) {
    return new Signing(
        options.signer().orElse(null), options.trust().orElse(null), options.since());
  }

  /** Returns the checker for a chain, which is named as in heads. */
  SignatureChecker checker(String model, String chain) {
    Stream<RegistryHead.Entry> ends = since.entries().stream();
    return new SignatureChecker(
        model, trust, ends.filter(end -> end.chain().equals(chain)).findFirst().orElse(null));
  }

  /** Writes a record's document, signed if there is a signer. */
  byte[] write(String kind, ObjectNode json) {
    return signer == null ? Json.writeSealed(json) : RecordSignature.write(kind, json, signer);
  }
}
