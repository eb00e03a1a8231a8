package io.mlops4j.runtime.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.registry.RecordSigner;
import io.mlops4j.registry.RecordTrust;
import io.mlops4j.registry.RegistryHead;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.internal.document.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who signs the records of a registry, and whose are believed.
 *
 * @param signer who signs, null if nobody does
 * @param trust whose are believed, null if everybody's are
 * @param since up to where records need no signature
 */
public record Signing(
    @Nullable RecordSigner signer, @Nullable RecordTrust trust, RegistryHead since) {
  public static final Signing NONE = new Signing(null, null, RegistryHead.of(List.of()));

  static Signing of(RegistryOptions options) {
    return new Signing(
        options.signer().orElse(null), options.trust().orElse(null), options.since());
  }

  /** Of the records of a chain, named as in heads. */
  SignatureChecker judge(String model, String chain) {
    return new SignatureChecker(
        model,
        trust,
        since.entries().stream()
            .filter(entry -> entry.chain().equals(chain))
            .findFirst()
            .orElse(null));
  }

  /** A record's document, signed if somebody signs. */
  byte[] write(String kind, ObjectNode json) {
    return signer == null ? Json.writeSealed(json) : RecordSignature.write(kind, json, signer);
  }
}
