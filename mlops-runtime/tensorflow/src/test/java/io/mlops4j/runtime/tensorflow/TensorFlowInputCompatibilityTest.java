package io.mlops4j.runtime.tensorflow;

import io.mlops4j.runtime.compatibility.EngineInputCompatibility;
import io.mlops4j.runtime.compatibility.EngineUnderTest;

class TensorFlowInputCompatibilityTest extends EngineInputCompatibility {
  @Override
  protected EngineUnderTest engine() {
    return new TensorFlowUnderTest();
  }
}
