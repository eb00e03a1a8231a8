package io.mlops4j.runtime.trust;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.Arrays;
import java.util.Optional;

/** The elliptic curves of the format, each with its hash. */
enum Curve {
  P256("P-256", "secp256r1", "SHA256withECDSA"),
  P384("P-384", "secp384r1", "SHA384withECDSA"),
  P521("P-521", "secp521r1", "SHA512withECDSA");

  private final String shown;
  private final String standard;
  private final String signature;

  Curve(String shown, String standard, String signature) {
    this.shown = shown;
    this.standard = standard;
    this.signature = signature;
  }

  /** Returns empty for any other curve, even one of the same size. */
  static Optional<Curve> of(ECKey key) {
    return Arrays.stream(values()).filter(curve -> curve.isOf(key.getParams())).findFirst();
  }

  private boolean isOf(ECParameterSpec found) {
    ECParameterSpec own = parameters();
    return own.getCurve().equals(found.getCurve())
        && own.getGenerator().equals(found.getGenerator())
        && own.getOrder().equals(found.getOrder())
        && own.getCofactor() == found.getCofactor();
  }

  private ECParameterSpec parameters() {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec(standard));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no curve " + shown, e);
    }
  }

  /** Returns the JDK's name of the signature algorithm. */
  String signature() {
    return signature;
  }

  @Override
  public String toString() {
    return shown;
  }
}
