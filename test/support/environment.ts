/** Lets tests set variables: each begins without those of AWS and of proxies, and they are put back afterwards. */
export function useEnvironment(variables: Readonly<Record<string, string>> = {}): void {
  const before = { ...process.env };
  beforeEach(() => {
    const kept = Object.entries(before).filter(([name]) => !/^AWS_|_proxy$/i.test(name));
    process.env = { ...Object.fromEntries(kept), AWS_EC2_METADATA_DISABLED: 'true', ...variables };
  });
  afterAll(() => {
    process.env = before;
  });
}
