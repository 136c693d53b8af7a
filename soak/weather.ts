/** Whether something is being broken at the moment: what is promised for good times is measured in good times. */
export interface Weather {
  worsen(): void;
  clear(): void;
  /** A mark of this spell of good weather; undefined in bad weather. The same mark later: it was good all the time. */
  mark(): number | undefined;
}

export function createWeather(): Weather {
  let spell = 0;
  let isBad = false;
  return {
    worsen() {
      isBad = true;
    },
    clear() {
      spell += 1;
      isBad = false;
    },
    mark: () => (isBad ? undefined : spell),
  };
}
