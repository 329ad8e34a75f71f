/** How a stand-in for one of AWS's services is called; its endpoint is to be added. */
export const localAws = {
  region: 'local',
  credentials: async () => ({ accessKeyId: 'local', secretAccessKey: 'local' }),
};
